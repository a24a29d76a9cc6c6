using Portlight.Api;
using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Static IPs on the wire, and the pairs of records that attaching and detaching leave.</summary>
internal static class StaticIpShapes
{
    public static Wire.Lightsail.StaticIp ToWire(this Domain.StaticIp staticIp) => new()
    {
        Name = staticIp.Name,
        Arn = staticIp.Arn,
        SupportCode = $"{staticIp.Scope.AccountId}/{staticIp.Address}",
        CreatedAt = staticIp.CreatedAt,
        Location = new ResourceLocation { AvailabilityZone = OperationShapes.NoZone, RegionName = staticIp.Scope.Region },
        ResourceType = nameof(ResourceType.StaticIp),
        IpAddress = staticIp.Address.ToString(),
        AttachedTo = staticIp.AttachedTo,
        IsAttached = staticIp.AttachedTo is not null,
    };

    public static Domain.StaticIp RequireStaticIp(this IStoreView view, Call call, string name) =>
        view.FindStaticIp(call.Scope, name) ?? throw new NotFoundException($"The StaticIp does not exist: {name}");

    /// <summary>
    /// One change of two resources is two records: the static IP's, which names the instance, and a millisecond later the instance's, which names the static
    /// IP (captured from the service).
    /// </summary>
    public static (Domain.Operation OfStaticIp, Domain.Operation OfInstance) Begin(Call call, Changes changes, Domain.StaticIp staticIp, Domain.Instance saved)
    {
        var later = call.Now.AddMilliseconds(1);
        var first = OperationShapes.Done(call, ResourceType.StaticIp, staticIp.Name, OperationShapes.NoZone, call.Operation, saved.Name) with
        {
            Status = OperationStatus.Started,
            AwaitsRevision = saved.Revision,
            Host = saved.Attachment.Host,
        };
        var second = OperationShapes.Begin(call, saved, call.Operation, staticIp.Name) with { CreatedAt = later, StatusChangedAt = later };
        changes.Add(first);
        changes.Add(second);
        return (first, second);
    }

    /// <summary>Both records as the kernel has confirmed them.</summary>
    public static async Task<IReadOnlyList<Wire.Lightsail.Operation>> OfAsync(this Confirmation confirmation, Committed<(Domain.Operation OfStaticIp, Domain.Operation OfInstance)> begun)
    {
        var ofInstance = await confirmation.OfAsync(begun.Final(begun.Result.OfInstance));
        return [(begun.Result.OfStaticIp with { Status = ofInstance.Status }).ToWire(), ofInstance.ToWire()];
    }
}
