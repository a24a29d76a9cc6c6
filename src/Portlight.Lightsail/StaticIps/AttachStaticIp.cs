using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Makes a static IP the public address of an instance, in the kernel too; the address that the instance had is free for others.</summary>
internal sealed class AttachStaticIp(Services services) : IOperation<AttachStaticIpRequest, AttachStaticIpResponse>
{
    public async Task<AttachStaticIpResponse> HandleAsync(Call call, AttachStaticIpRequest request)
    {
        var check = new RequestCheck(call);
        var staticIpName = check.Name(request.StaticIpName, "staticIpName");
        var instanceName = check.Name(request.InstanceName, "instanceName");
        check.Done();
        var toInstance = new ResourceAccess<Domain.Instance>(call, ResourceKinds.Instance, instanceName);
        var ofStaticIp = new ResourceAccess<Domain.StaticIp>(call, ResourceKinds.StaticIp, staticIpName);
        var begun = await services.Store.WriteAsync(call, (view, changes) =>
        {
            var instance = toInstance.Require(view);
            var staticIp = ofStaticIp.Require(view);
            Requests.RequireMatch(call, instance);
            instance.RequireCreated("giving it an address");
            RequireFree(staticIp, instance);
            var attached = staticIp with { AttachedTo = instance.Name };
            changes.Save(attached);
            var saved = changes.Save(instance with { PublicIpv4 = staticIp.Address, StaticIpName = staticIp.Name });
            return StaticIpShapes.Begin(call, changes, attached, saved);
        });
        return new AttachStaticIpResponse { Operations = await services.Confirmation.OfAsync(begun) };
    }

    /// <summary>Attaching again what is attached there already is allowed: clients repeat calls.</summary>
    private static void RequireFree(Domain.StaticIp staticIp, Domain.Instance instance)
    {
        if (staticIp.AttachedTo is { } holder && holder != instance.Name)
        {
            throw new InvalidInputException($"The StaticIp {staticIp.Name} is attached to {holder}; detach it first");
        }

        if (instance.StaticIpName is { } other && other != staticIp.Name)
        {
            throw new InvalidInputException($"The Instance {instance.Name} has the static IP {other}; detach it first");
        }

        if (instance.IpAddressType == IpAddressType.Ipv6)
        {
            throw new InvalidInputException($"The Instance {instance.Name} is IPv6 only; a static IP is IPv4");
        }
    }
}
