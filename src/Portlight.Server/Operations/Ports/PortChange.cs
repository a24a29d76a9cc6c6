using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Server.Operations.Ports;

/// <summary>
/// What Put, Open and Close share: a decision about one instance's port set goes into the store together with its operation record, and the answer waits for
/// the kernel's word.
/// </summary>
internal sealed class PortChange(IStore store, Confirmation confirmation)
{
    /// <param name="call">The request.</param>
    /// <param name="instanceName">The instance, not yet looked up.</param>
    /// <param name="decide">From the port set as it is to the one that is wanted and the operation's details; throws for what is not allowed.</param>
    public async Task<Operation> RunAsync(Call call, string instanceName, Func<PortSet, (PortSet Wanted, string Details)> decide)
    {
        var operation = await store.CommitAsync(call, (view, changes) =>
        {
            var instance = view.RequireInstance(call, instanceName);
            Requests.RequireMatch(call, instance);
            var (wanted, details) = decide(instance.Ports);
            var saved = changes.Save(instance with { Ports = wanted });
            var begun = OperationShapes.Begin(call, saved, call.Operation, details);
            changes.Save(begun);
            call.EntityTag = Requests.EntityTag(saved);
            return begun;
        });
        return await confirmation.OfAsync(operation);
    }
}
