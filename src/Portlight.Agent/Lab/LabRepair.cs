using Microsoft.Extensions.Logging;
using Portlight.Agent.Enforcement;
using Portlight.Agent.Links;

namespace Portlight.Agent.Lab;

/// <summary>Mends lab instances at once when others change their links and routes, or remove the names of their namespaces.</summary>
internal sealed class LabRepair : IDisposable
{
    private readonly Enforcer _enforcer;
    private readonly Lock _gate;
    private readonly StatusRecord _status;
    private readonly ILogger _log;
    private readonly LabWatch _links;
    private readonly MountWatch _mounts;

    /// <param name="links">The watcher, which is disposed with this.</param>
    /// <param name="enforcer">What stands.</param>
    /// <param name="gate">Held by whoever uses the enforcer.</param>
    /// <param name="status">Where repairs are counted.</param>
    /// <param name="clock">For the rests between repairs.</param>
    /// <param name="log">Where they are told.</param>
    internal LabRepair(LinkWatcher links, Enforcer enforcer, Lock gate, StatusRecord status, TimeProvider clock, ILogger log)
    {
        _enforcer = enforcer;
        _gate = gate;
        _status = status;
        _log = log;
        _mounts = MountWatch.Start(HealNames);
        _links = LabWatch.Start(links, Heal, clock);
    }

    public void Dispose()
    {
        _mounts.Dispose();
        _links.Dispose();
    }

    /// <summary>Something was mounted or unmounted. Looks while others may work; who has lost a name does not rest, because only root of this machine takes names.</summary>
    private void HealNames()
    {
        LabInstance[] standing;
        lock (_gate)
        {
            standing = _enforcer.LabInstances;
        }

        var changes = new LabChanges(new HashSet<long>());
        foreach (var instance in standing)
        {
            var isThere = true;
            _ = Enforcer.Attempt(() => isThere = NamedNamespace.Exists(instance.NamespaceName));
            if (!isThere)
            {
                changes.Add(instance.Index);
            }
        }

        if (!changes.IsEmpty)
        {
            Heal(changes);
        }
    }

    /// <summary>Gives those that were not as they should be.</summary>
    private List<long> Heal(LabChanges changes)
    {
        lock (_gate)
        {
            var healed = _enforcer.Heal(changes);
            if (_enforcer.LeftOver is { } problem)
            {
                _status.Change(status => status with { LastProblem = problem });
            }

            foreach (var index in healed)
            {
                _status.Change(status => status with { DriftRepairs = status.DriftRepairs + 1 });
                Log.Healed(_log, LabAlias.LinkNameOf(index));
            }

            return healed;
        }
    }
}
