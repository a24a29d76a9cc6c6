using Portlight.Api;
using Portlight.Domain;
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
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        var access = new ResourceAccess<Domain.Instance>(call, ResourceKinds.Instance, name);
        var operation = await services.Store.CommitAsync(call, (view, changes) =>
        {
            var instance = access.Require(view);
            Requests.RequireMatch(call, instance);
            instance.RequireCreated("rebooting it");
            instance.RequireState("rebooting it", Domain.InstanceState.Running);
            var done = OperationShapes.Done(call, ResourceType.Instance, name, instance.AvailabilityZone, call.Operation, details: "");
            changes.Save(done);
            return done;
        });
        return new RebootInstanceResponse { Operations = [operation.ToWire()] };
    }
}
