using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Starts a stopped instance: it gets a new public IPv4 address unless a static IP is attached. Starting what runs changes nothing.</summary>
internal sealed class StartInstance(Services services) : IOperation<StartInstanceRequest, StartInstanceResponse>
{
    public async Task<StartInstanceResponse> HandleAsync(Call call, StartInstanceRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        var access = new ResourceAccess<Domain.Instance>(call, ResourceKinds.Instance, name);
        var operation = await services.Store.CommitAsync(call, (view, changes) =>
        {
            var instance = access.Require(view);
            Requests.RequireMatch(call, instance);
            instance.RequireCreated("starting it");
            instance.RequireState("starting it", Domain.InstanceState.Stopped, Domain.InstanceState.Pending, Domain.InstanceState.Running);
            var begun = instance.State != Domain.InstanceState.Stopped
                ? OperationShapes.Done(call, ResourceType.Instance, name, instance.AvailabilityZone, call.Operation, details: "")
                : OperationShapes.Begin(
                    call,
                    changes.Save(instance with
                    {
                        State = Domain.InstanceState.Pending,
                        PublicIpv4 = instance.PublicIpv4 ?? (instance.IpAddressType == IpAddressType.Ipv6 ? null : new AddressDraw(view, services.Options).PublicIpv4(changes.NewIndex())),
                    }),
                    call.Operation,
                    details: "");
            changes.Save(begun);
            return begun;
        });
        return new StartInstanceResponse { Operations = [operation.ToWire()] };
    }
}
