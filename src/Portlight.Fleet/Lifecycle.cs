using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>A state on the way somewhere has arrived once the agent has applied it: pending → running, stopping → stopped.</summary>
internal static class Lifecycle
{
    /// <summary>All that arrived in one round, in one durable commit.</summary>
    public static Task SettleAsync(IStore store, HostTurn turn, IReadOnlyCollection<Instance> applied)
    {
        var arriving = applied.Where(instance => instance.State is InstanceState.Pending or InstanceState.Stopping).ToList();
        return arriving.Count == 0 ? Task.CompletedTask : store.CommitAsync((view, changes) =>
        {
            turn.Require(view);
            foreach (var instance in arriving)
            {
                var current = view.FindInstance(instance.Scope, instance.Name);
                if (current is not null && current.Id == instance.Id && current.State == instance.State)
                {
                    changes.Save(current with { State = instance.State == InstanceState.Pending ? InstanceState.Running : InstanceState.Stopped });
                }
            }

            return true;
        });
    }
}
