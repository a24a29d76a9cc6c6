using Portlight.Api;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>
/// Reboots a running instance; done at once, as the real service answers it. A lab instance has no operating system of its own: what runs in it, its addresses
/// and its ports go on.
/// </summary>
internal sealed class RebootInstance(Services services) : IOperation<RebootInstanceRequest, RebootInstanceResponse>
{
    public async Task<RebootInstanceResponse> HandleAsync(Call call, RebootInstanceRequest request)
    {
        var operation = await new StateChange(services.Store).CommitAsync(
            call,
            request.InstanceName,
            "rebooting it",
            [Domain.InstanceState.Running],
            (_, _, _) => null);
        return new RebootInstanceResponse { Operations = [operation.ToWire()] };
    }
}
