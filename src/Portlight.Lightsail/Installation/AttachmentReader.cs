using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;
using Attachment = Portlight.Domain.Attachment;

namespace Portlight.Lightsail;

/// <summary>Checks where a request wants an instance attached; every problem is named.</summary>
internal static class AttachmentReader
{
    private const int MaxClosedNames = 16;

    /// <param name="request">The request.</param>
    /// <param name="others">What else is wrong with it.</param>
    public static Attachment Read(AttachInstanceRequest request, ImmutableArray<Problem> others)
    {
        List<Problem> problems = [.. others];
        var addresses = ReadAddresses(request.Addresses ?? [], problems);
        var sources = ReadSources(request.PrivateCidrs ?? [], problems);
        var name = request.InterfaceName;
        if (new[] { name is not null, request.Selector is not null, request.ThisHost == true }.Count(given => given) != 1)
        {
            problems.Add(new Problem("interfaceName", "either an interface must be named, or selector say how to find one, or thisHost be true"));
        }
        else if (request.Selector is not null && InterfaceSelector.NameIn(request.Selector) is { } given)
        {
            name = given;
        }
        else if (request.Selector is not null && !InterfaceSelector.TryParse(request.Selector, out name))
        {
            problems.Add(new Problem("selector", "is neither `mac:` with a hardware address as 52:54:00:aa:bb:01 nor `alias:` with an alias nor `name:` with the name of an interface"));
        }
        else if (request.Selector is not null && request.ByName == true)
        {
            problems.Add(new Problem("byName", "contradicts selector, which is there because names change"));
        }
        else if (request.InterfaceName is not null && !InterfaceSelector.IsName(request.InterfaceName))
        {
            problems.Add(new Problem("interfaceName", $"is not the name of a network interface (1 to {InterfaceSelector.MaxNameLength} visible ASCII characters without / and :)"));
        }

        string[] closed = [.. (request.ClosedNames ?? []).Distinct()];
        if (closed.Length > MaxClosedNames || (closed.Length > 0 && name is null) || !closed.All(NamePattern.IsValid))
        {
            problems.Add(new Problem("closedNames", $"are at most {MaxClosedNames} beginnings of names of interfaces with a star behind, as vnet*, none of lo* and pl*, and go with an interface"));
        }

        if (request.HostName is not null && !HostName.IsValid(request.HostName))
        {
            problems.Add(new Problem("hostName", HostAccess.NameProblem(request.HostName)));
        }

        if (problems.Count > 0)
        {
            throw Requests.Invalid(problems);
        }

        // A selector stands where a name does until it is known what it finds.
        Attachment place = name is null ? new Attachment.ThisHost(addresses, sources) : new Attachment.Interface(name, addresses, sources) { ClosedNames = [.. closed] };
        return request.HostName is null ? place : place with { Host = request.HostName };
    }

    /// <summary>Whether it is for whichever device has the name, now or later.</summary>
    public static bool IsByName(AttachInstanceRequest request) => request.ByName == true || (request.Selector is { } selector && InterfaceSelector.NameIn(selector) is not null);

    private static ImmutableArray<IPAddress> ReadAddresses(IReadOnlyList<string> texts, List<Problem> problems)
    {
        var addresses = ImmutableArray.CreateBuilder<IPAddress>();
        for (var i = 0; i < texts.Count; i++)
        {
            if (texts[i].Contains('/', StringComparison.Ordinal) || !Cidr.TryParse(texts[i], FamilyOf(texts[i]), out var cidr, out _))
            {
                problems.Add(new Problem($"addresses[{i}]", $"`{UserText.Excerpt(texts[i])}` is not an IPv4 or IPv6 address"));
            }
            else
            {
                addresses.Add(cidr.ToAddress());
            }
        }

        return addresses.DrainToImmutable();
    }

    private static ImmutableArray<Cidr> ReadSources(IReadOnlyList<string> texts, List<Problem> problems)
    {
        var sources = ImmutableArray.CreateBuilder<Cidr>();
        for (var i = 0; i < texts.Count; i++)
        {
            if (!Cidr.TryParse(texts[i], FamilyOf(texts[i]), out var cidr, out var problem))
            {
                problems.Add(new Problem($"privateCidrs[{i}]", $"`{UserText.Excerpt(texts[i])}` {problem}"));
            }
            else
            {
                sources.Add(cidr);
            }
        }

        return sources.DrainToImmutable();
    }

    private static AddressFamily FamilyOf(string text) => text.Contains(':', StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
}
