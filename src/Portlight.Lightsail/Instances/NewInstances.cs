using System.Collections.Immutable;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>What CreateInstances asks for, checked as far as the request alone tells.</summary>
internal sealed record NewInstances(
    ImmutableArray<string> Names,
    string Zone,
    Domain.Blueprint Blueprint,
    Domain.Bundle Bundle,
    IpAddressType IpAddressType,
    string KeyPairName,
    string UserData,
    ImmutableSortedDictionary<string, string?> Tags)
{
    /// <summary>The host that they are to be made on; null where that is left to us.</summary>
    public string? HostName => Tags.GetValueOrDefault(LabPlaces.HostTag);

    /// <summary>Names of one request.</summary>
    public const int MaxNames = 100;

    /// <summary>EC2's limit for user data.</summary>
    public const int MaxUserData = 16 * 1024;

    /// <summary>Everything that the request alone shows to be wrong is named at once: words, what they name and is not there, and what does not fit together.</summary>
    public static NewInstances Read(Call call, CreateInstancesRequest request)
    {
        var check = new RequestCheck(call);
        var names = ReadNames(check, request.InstanceNames);
        var zone = ReadZone(check, call, request.AvailabilityZone);
        var blueprint = ReadFromCatalogue(check, "blueprint", request.BlueprintId, Blueprints.Find(request.BlueprintId));
        var bundle = ReadFromCatalogue(check, "bundle", request.BundleId, Bundles.Find(call.Region, request.BundleId));
        var keyPair = string.IsNullOrEmpty(request.KeyPairName) ? Domain.KeyPair.DefaultName : check.Name(request.KeyPairName, "keyPairName");
        if (request.UserData?.Length > MaxUserData)
        {
            check.Refuse("userData", $"has {request.UserData.Length} characters; at most {MaxUserData} are allowed");
        }

        if (request.AddOns is { Count: > 0 })
        {
            check.Refuse("addOns", "are not available here; Portlight takes no snapshots and watches no load");
        }

        var tags = Domain.Tags.Add(Domain.Tags.None, request.Tags.ToInput(), "tags", check.Problems);
        var type = ReadIpAddressType(check, request.IpAddressType);
        if (blueprint is not null && bundle is not null)
        {
            CheckFit(check, blueprint, bundle, type);
        }

        check.Done();
        type ??= bundle!.PublicIpv4AddressCount == 0 ? IpAddressType.Ipv6 : IpAddressType.Dualstack;
        return new NewInstances(names, zone, blueprint!, bundle!, type.Value, keyPair, request.UserData ?? "", tags);
    }

    /// <summary>What the request names in a catalogue, in the service's words where it is not there.</summary>
    private static T? ReadFromCatalogue<T>(RequestCheck check, string what, string? id, T? found)
        where T : class
    {
        if (string.IsNullOrEmpty(id))
        {
            check.Refuse($"{what}Id", "is missing");
        }
        else if (found is null)
        {
            check.Miss($"The specified {what} does not exist in this region: {UserText.Excerpt(id)}");
        }

        return found;
    }

    private static ImmutableArray<string> ReadNames(RequestCheck check, IReadOnlyList<string?>? names)
    {
        if (names is null or { Count: 0 } or { Count: > MaxNames })
        {
            check.Refuse("instanceNames", $"must name 1 to {MaxNames} instances");
            return [];
        }

        var read = names.Select((name, i) => check.Name(name, $"instanceNames[{i}]")).ToImmutableArray();
        foreach (var twice in read.GroupBy(name => name, StringComparer.Ordinal).Where(same => same.Count() > 1 && same.Key.Length > 0))
        {
            check.Refuse("instanceNames", $"`{UserText.Excerpt(twice.Key)}` is named twice");
        }

        return read;
    }

    private static string ReadZone(RequestCheck check, Call call, string? zone)
    {
        var zones = Regions.Find(call.Scope.Region)?.Zones ?? [call.Scope.Region + "a"];
        if (string.IsNullOrEmpty(zone))
        {
            check.Refuse("availabilityZone", $"is missing; one of {string.Join(",", zones)} is wanted");
        }
        else if (!zones.Contains(zone))
        {
            check.Refuse($"The given Availability Zone is invalid. It must be one of the following: {string.Join(",", zones)}.");
        }

        return zone ?? "";
    }

    private static IpAddressType? ReadIpAddressType(RequestCheck check, string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (!IpAddressTypeText.TryParse(text, out var type))
        {
            check.Refuse("ipAddressType", $"`{UserText.Excerpt(text)}` is not one of {IpAddressTypeText.Allowed}");
        }

        return type;
    }

    private static void CheckFit(RequestCheck check, Domain.Blueprint blueprint, Domain.Bundle bundle, IpAddressType? type)
    {
        if (blueprint.Platform != bundle.Platform)
        {
            check.Refuse("bundleId", $"{bundle.Id} is for {bundle.Platform.ToWire()} and the blueprint {blueprint.Id} is {blueprint.Platform.ToWire()}");
        }

        if (bundle.Power < blueprint.MinPower)
        {
            check.Refuse("bundleId", $"{bundle.Id} has a power of {bundle.Power} and the blueprint {blueprint.Id} wants at least {blueprint.MinPower}");
        }

        if (bundle.PublicIpv4AddressCount == 0 && type is (IpAddressType.Dualstack or IpAddressType.Ipv4))
        {
            check.Refuse("ipAddressType", $"must be ipv6: the bundle {bundle.Id} is IPv6 only");
        }
    }
}
