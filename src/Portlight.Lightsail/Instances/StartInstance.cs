using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Starts a stopped instance: it gets a new public IPv4 address unless a static IP is attached. Starting what runs changes nothing.</summary>
internal sealed class StartInstance(Services services) : IOperation<StartInstanceRequest, StartInstanceResponse>
{
    public async Task<StartInstanceResponse> HandleAsync(Call call, StartInstanceRequest request)
    {
        var operation = await new StateChange(services.Store).CommitAsync(
            call,
            request.InstanceName,
            "starting it",
            [Domain.InstanceState.Stopped, Domain.InstanceState.Pending, Domain.InstanceState.Running],
            (view, changes, instance) => instance.State != Domain.InstanceState.Stopped ? null : instance with
            {
                State = Domain.InstanceState.Pending,
                PublicIpv4 = instance.PublicIpv4 ?? (instance.IpAddressType == IpAddressType.Ipv6 ? null : new AddressDraw(view, services.Options).PublicIpv4(changes.NewIndex())),
            });
        return new StartInstanceResponse { Operations = [operation.ToWire()] };
    }
}
