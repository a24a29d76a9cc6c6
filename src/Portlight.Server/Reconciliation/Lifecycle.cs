using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Server.Reconciliation;

/// <summary>A state on the way somewhere has arrived once the agent has applied it: pending → running, stopping → stopped.</summary>
internal static class Lifecycle
{
    public static Task SettleAsync(IStore store, Instance applied) => store.CommitAsync((view, changes) =>
    {
        var current = view.FindInstance(applied.Scope, applied.Name);
        if (current is not null && current.Id == applied.Id && current.State == applied.State)
        {
            changes.Save(current with { State = applied.State == InstanceState.Pending ? InstanceState.Running : InstanceState.Stopped });
        }

        return true;
    });
}
