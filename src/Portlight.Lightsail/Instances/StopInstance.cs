using Portlight.Api;
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
        var operation = await new StateChange(services.Store).CommitAsync(
            call,
            request.InstanceName,
            "stopping it",
            [Domain.InstanceState.Running, Domain.InstanceState.Stopping, Domain.InstanceState.Stopped],
            (_, _, instance) => instance.State != Domain.InstanceState.Running ? null : instance with
            {
                State = Domain.InstanceState.Stopping,
                PublicIpv4 = instance.StaticIpName is null ? null : instance.PublicIpv4,
            });
        return new StopInstanceResponse { Operations = [operation.ToWire()] };
    }
}
