using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Lightsail;

/// <summary>Starting, stopping and rebooting: of an instance that is here and in a state for it, with an operation record whether it changes or not.</summary>
internal sealed class StateChange(IStore store)
{
    /// <param name="call">The request.</param>
    /// <param name="instanceName">Which instance, as the caller says it.</param>
    /// <param name="doing">What is done to it, as a refusal says it: <c>starting it</c>.</param>
    /// <param name="states">In which states that can be done.</param>
    /// <param name="change">What the instance becomes; null when nothing has to change.</param>
    /// <exception cref="Wire.LightsailException">There is no such instance for the caller, or it is in another state.</exception>
    public Task<Operation> CommitAsync(Call call, string? instanceName, string doing, InstanceState[] states, Func<IStoreView, Changes, Instance, Instance?> change)
    {
        var name = Requests.RequireName(call, instanceName, "instanceName");
        var access = new ResourceAccess<Instance>(call, ResourceKinds.Instance, name);
        return store.CommitAsync(call, (view, changes) =>
        {
            var instance = access.Require(view);
            Requests.RequireMatch(call, instance);
            instance.RequireCreated(doing);
            instance.RequireState(doing, states);
            var operation = change(view, changes, instance) is { } after
                ? OperationShapes.Begin(call, changes.Save(after), call.Operation, details: "")
                : OperationShapes.Done(call, ResourceType.Instance, name, instance.AvailabilityZone, call.Operation, details: "");
            changes.Add(operation);
            return operation;
        });
    }
}
