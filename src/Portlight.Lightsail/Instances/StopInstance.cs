using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>
/// Stops a running instance: its public IPv4 address is free for others unless it is a static IP's; the IPv6 address stays. Stopping what is stopped changes
/// nothing. <c>force</c> is taken and makes no difference: there is no operating system to ask.
/// </summary>
internal sealed class StopInstance(Services services) : IOperation<StopInstanceRequest, StopInstanceResponse>
{
    public async Task<StopInstanceResponse> HandleAsync(Call call, StopInstanceRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        var access = new ResourceAccess<Domain.Instance>(call, ResourceKinds.Instance, name);
        var operation = await services.Store.CommitAsync(call, (view, changes) =>
        {
            var instance = access.Require(view);
            Requests.RequireMatch(call, instance);
            instance.RequireCreated("stopping it");
            instance.RequireState("stopping it", Domain.InstanceState.Running, Domain.InstanceState.Stopping, Domain.InstanceState.Stopped);
            var begun = instance.State != Domain.InstanceState.Running
                ? OperationShapes.Done(call, ResourceType.Instance, name, instance.AvailabilityZone, call.Operation, details: "")
                : OperationShapes.Begin(
                    call,
                    changes.Save(instance with { State = Domain.InstanceState.Stopping, PublicIpv4 = instance.StaticIpName is null ? null : instance.PublicIpv4 }),
                    call.Operation,
                    details: "");
            changes.Save(begun);
            return begun;
        });
        return new StopInstanceResponse { Operations = [operation.ToWire()] };
    }
}
