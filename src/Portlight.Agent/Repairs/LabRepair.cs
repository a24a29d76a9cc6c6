using Microsoft.Extensions.Logging;
using Portlight.Agent.Enforcement;
using Portlight.Agent.Lab;
using Portlight.Agent.Links;
using Portlight.Background;

namespace Portlight.Agent.Repairs;

/// <summary>
/// Repairs lab instances at once when others change their links and routes, or remove the names of their namespaces; and looks into one after the other, so that
/// each is looked into every five minutes, and none who wants to change ports waits for more than one.
/// </summary>
internal sealed class LabRepair : IDisposable
{
    private const int RoundsForAll = 300;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);

    private readonly Enforcer _enforcer;
    private readonly LabHost _lab;
    private readonly Lock _gate;
    private readonly StatusRecord _status;
    private readonly ILogger _log;
    private readonly LabWatch _links;
    private readonly MountWatch _mounts;
    private readonly Bell _mounted = new();
    private readonly BackgroundLoop _names;
    private readonly PeriodicTimer _rounds;
    private readonly BackgroundLoop _insides;
    private readonly Queue<long> _turn = [];
    private int _inRound = 1;

    /// <param name="links">The watcher, which is disposed with this.</param>
    /// <param name="enforcer">What stands.</param>
    /// <param name="lab">What it is made by.</param>
    /// <param name="gate">Held while these two are used.</param>
    /// <param name="status">Where repairs are counted.</param>
    /// <param name="clock">For the rests between repairs.</param>
    /// <param name="log">Where they are told.</param>
    internal LabRepair(LinkWatcher links, Enforcer enforcer, LabHost lab, Lock gate, StatusRecord status, TimeProvider clock, ILogger log)
    {
        _enforcer = enforcer;
        _lab = lab;
        _gate = gate;
        _status = status;
        _log = log;
        _mounts = MountWatch.Start(_mounted);
        _links = new LabWatch(links, Repair, clock, log);
        _names = new BackgroundLoop("repair of names of namespaces", RepairNamesAsync, clock, log);
        _rounds = new PeriodicTimer(Round, clock);
        _insides = new BackgroundLoop("inspection of lab instances", LookInsideAsync, clock, log);
        _links.Start();
        _names.Start();
        _insides.Start();
    }

    public void Dispose()
    {
        _insides.Dispose();
        _rounds.Dispose();
        _names.Dispose();
        _mounts.Dispose();
        _links.Dispose();
    }

    private async Task LookInsideAsync(CancellationToken stopping)
    {
        await _rounds.WaitForNextTickAsync(stopping);
        if (_turn.Count == 0)
        {
            Array.ForEach(Standing(), instance => _turn.Enqueue(instance.Index));
            _inRound = 1 + (_turn.Count / RoundsForAll);
        }

        for (var left = _inRound; left > 0 && _turn.TryDequeue(out var index); left--)
        {
            lock (_gate)
            {
                if (_enforcer.LabInstance(index) is { } instance && _lab.MendInside(instance) is { } problem)
                {
                    _status.Change(status => status with { LastProblem = problem });
                }
            }
        }
    }

    private LabInstance[] Standing()
    {
        lock (_gate)
        {
            return _enforcer.LabInstances;
        }
    }

    /// <summary>Something was mounted or unmounted. Looks while others may work; an instance that has lost its name does not rest, because only root of this machine takes names.</summary>
    private async Task RepairNamesAsync(CancellationToken stopping)
    {
        await _mounted.WaitAsync(stopping);
        try
        {
            RepairNames();
        }
        catch
        {
            _mounted.Ring();
            throw;
        }
    }

    private void RepairNames()
    {
        var changes = new LabChanges(new HashSet<long>());
        foreach (var instance in Standing())
        {
            var isThere = true;
            _ = Refusal.Of(() => isThere = NamedNamespace.Exists(instance.NamespaceName));
            if (!isThere)
            {
                changes.Add(instance.Index);
            }
        }

        if (!changes.IsEmpty)
        {
            Repair(changes);
        }
    }

    /// <summary>Gives those that were not as they should be.</summary>
    private List<long> Repair(LabChanges changes)
    {
        lock (_gate)
        {
            var repaired = _enforcer.Repair(changes);
            if (_enforcer.LeftOver is { } problem)
            {
                _status.Change(status => status with { LastProblem = problem });
            }

            foreach (var index in repaired)
            {
                _status.CountRepair();
                Log.LinkRepaired(_log, LabAlias.LinkNameOf(index));
            }

            return repaired;
        }
    }
}
