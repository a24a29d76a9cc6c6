using Portlight.Api;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Removes an instance at once: the next GetInstance finds nothing. Its static IP stays allocated and is free again.</summary>
internal sealed class DeleteInstance(Services services) : IOperation<DeleteInstanceRequest, DeleteInstanceResponse>
{
    public async Task<DeleteInstanceResponse> HandleAsync(Call call, DeleteInstanceRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        var access = new ResourceAccess<Domain.Instance>(call, ResourceKinds.Instance, name);
        var begun = await services.Store.CommitAsync(call, (view, changes) =>
        {
            var instance = access.Require(view);
            Requests.RequireMatch(call, instance);
            instance.RequireCreated("deleting it");
            if (instance.StaticIpName is { } attached && view.FindStaticIp(call.Scope, attached) is { } staticIp)
            {
                changes.Save(staticIp with { AttachedTo = null });
            }

            var operation = OperationShapes.Begin(call, instance, call.Operation, details: null) with { AwaitsRevision = changes.Remove(instance) };
            changes.Add(operation);
            return operation;
        });
        var operation = await services.Confirmation.OfAsync(begun);
        return new DeleteInstanceResponse { Operations = [operation.ToWire()] };
    }
}
