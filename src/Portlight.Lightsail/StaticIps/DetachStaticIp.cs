using Portlight.Api;
using Portlight.Wire;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Takes a static IP from its instance, which gets another public address if it is running.</summary>
internal sealed class DetachStaticIp(Services services) : IOperation<DetachStaticIpRequest, DetachStaticIpResponse>
{
    public async Task<DetachStaticIpResponse> HandleAsync(Call call, DetachStaticIpRequest request)
    {
        var name = Requests.RequireName(call, request.StaticIpName, "staticIpName");
        var access = new ResourceAccess<Domain.StaticIp>(call, ResourceKinds.StaticIp, name);
        var begun = await services.Store.WriteAsync(call, (view, changes) =>
        {
            var staticIp = access.Require(view);
            if (staticIp.AttachedTo is not { } holder)
            {
                throw new InvalidInputException($"The StaticIp {name} is not attached to an instance");
            }

            var instance = view.RequireInstance(call, holder);
            Requests.RequireMatch(call, instance);
            var hasAddress = instance.State is Domain.InstanceState.Pending or Domain.InstanceState.Running;
            var detached = staticIp with { AttachedTo = null };
            changes.Save(detached);
            var saved = changes.Save(instance with
            {
                StaticIpName = null,
                PublicIpv4 = hasAddress ? new AddressDraw(view, services.Options).PublicIpv4(changes.NewIndex()) : null,
            });
            return StaticIpShapes.Begin(call, changes, detached, saved);
        });
        return new DetachStaticIpResponse { Operations = await services.Confirmation.OfAsync(begun) };
    }
}
