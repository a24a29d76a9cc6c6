using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>One round after the other of a host: what is stored of it goes to its agent, and what becomes of it is settled. Called by its loop alone.</summary>
internal sealed class HostRounds(string host, IStore store, Projection projection, PendingChanges pending, HostOutcomes outcomes, HostTurn turn)
{
    /// <summary>Makes the host hold what is stored of it, whatever it holds. Returns the revision up to which it has everything.</summary>
    /// <exception cref="AgentException">The kernel is as it was.</exception>
    public async Task<long> SynchroniseAsync(IAgent agent, CancellationToken cancellationToken)
    {
        // Everything taken here is in the snapshot that is read after it.
        pending.Take();
        var revision = store.Revision;
        var all = store.View.ListInstancesOn(host);
        var reports = await agent.SynchroniseAsync([.. all.Select(projection.Of)], cancellationToken);
        RequireAll(reports, all.Count);
        var byIndex = all.ToDictionary(instance => instance.Index);
        var applied = new List<Instance>();
        foreach (var report in reports)
        {
            await outcomes.SettleAsync(byIndex[report.Index], report, applied, isChange: false);
        }

        await Lifecycle.SettleAsync(store, turn, applied);

        outcomes.ForgetOthers(byIndex);
        return revision;
    }

    /// <summary>Applies what has come since the last round. Returns the revision up to which the host has everything; null when nothing has come.</summary>
    public async Task<long?> ApplyPendingAsync(IAgent agent, CancellationToken cancellationToken)
    {
        var changes = pending.Take();
        if (changes is null)
        {
            return await SynchroniseAsync(agent, cancellationToken);
        }

        if (changes.Count == 0)
        {
            return null;
        }

        var newest = new Dictionary<long, InstanceChange>(changes.Count);
        foreach (var change in changes)
        {
            newest[change.Instance.Index] = change;
        }

        var changed = newest.Values.Where(change => !change.IsRemoval).Select(change => projection.Of(change.Instance)).ToList();
        var removed = newest.Values.Where(change => change.IsRemoval).Select(change => change.Instance.Index).ToList();
        var reports = await agent.ApplyAsync(changed, removed, cancellationToken);
        RequireAll(reports, changed.Count);
        var applied = new List<Instance>();
        foreach (var report in reports)
        {
            if (report is not AgentReport.Applied && changes.Any(change => change.Instance.Index == report.Index && change.Revision < report.Revision))
            {
                await ApplyOneByOneAsync(agent, [.. changes.Where(change => change.Instance.Index == report.Index && !change.IsRemoval)], cancellationToken);
            }
            else
            {
                await outcomes.SettleAsync(newest[report.Index].Instance, report, applied, isChange: true);
            }
        }

        await Lifecycle.SettleAsync(store, turn, applied);

        foreach (var index in removed)
        {
            outcomes.Forget(index);
        }

        return changes[^1].Revision;
    }

    /// <summary>Changes of one instance that were joined into one, of which the last did not come into force: each is tried by itself, as if they had not met.</summary>
    private async Task ApplyOneByOneAsync(IAgent agent, IReadOnlyList<InstanceChange> changes, CancellationToken cancellationToken)
    {
        foreach (var change in changes)
        {
            var applied = new List<Instance>();
            foreach (var report in await agent.ApplyAsync([projection.Of(change.Instance)], [], cancellationToken))
            {
                await outcomes.SettleAsync(change.Instance, report, applied, isChange: true);
            }

            await Lifecycle.SettleAsync(store, turn, applied);
        }
    }

    /// <summary>What an agent is silent about is not in force.</summary>
    private static void RequireAll(IReadOnlyList<AgentReport> reports, int asked)
    {
        if (reports.Count != asked)
        {
            throw new AgentException($"the agent was told of {asked} instances and has answered for {reports.Count}");
        }
    }
}
