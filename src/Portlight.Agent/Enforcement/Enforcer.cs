using Portlight.Agent.Devices;
using Portlight.Agent.Lab;
using Portlight.Agent.Links;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Agent.Enforcement;

/// <summary>
/// Carries changes of instances to the kernel, always in this order: what closes in the lab, the ruleset, what opens in the lab. A new lab link comes up
/// only when it is filtered already, and one that goes is down before its rules do. Whatever the lab refuses is the report of that one instance.
/// <see cref="WholeComparison"/> does the same for everything at once. Used by one caller at a time.
/// </summary>
internal sealed class Enforcer(InstallationId installation, NftablesSession session, LabHost lab, AttachedDevices devices, RulesetOptions options)
{
    private readonly Dictionary<long, Plan> _standing = [];
    private readonly Places _places = new();
    private readonly Rules _rules = new(session, options);

    /// <summary>What the last call had to repair in the ruleset beyond what it was asked for.</summary>
    internal SynchroniseReport? Repaired => _rules.Repaired;

    /// <summary>What the lab refused of an instance that is gone or unknown; null when nothing.</summary>
    internal string? LeftOver { get; private set; }

    /// <param name="all">Everything that is desired.</param>
    /// <param name="links">The links, where they were listed just now.</param>
    internal List<AgentReport> Synchronise(IReadOnlyList<DesiredInstance> all, LinkListing? links = null)
    {
        _rules.Repaired = null;
        LeftOver = null;
        var reports = new List<AgentReport>(all.Count);
        _places.Clear();
        var plans = TakePlaces(all, reports);
        _rules.ClosedNames = ClosedNames.Of(plans.Select(plan => plan.Desired).Concat(reports.OfType<AgentReport.Rejected>().Select(kept => kept.Standing).OfType<DesiredInstance>()).Select(desired => desired.Attachment));
        var comparison = new WholeComparison(lab, devices, _rules, _standing);
        comparison.Run(plans, links, [.. reports.OfType<AgentReport.Rejected>().Select(rejected => rejected.Index)], reports);
        LeftOver = comparison.LeftOver;
        foreach (var rejected in reports.OfType<AgentReport.Rejected>())
        {
            _places.Restore(plans.Find(plan => plan.Index == rejected.Index)?.Filtered?.Key, _standing.GetValueOrDefault(rejected.Index)?.Filtered?.Key, rejected.Index);
        }

        return reports;
    }

    internal List<AgentReport> Apply(IReadOnlyList<DesiredInstance> changed, IReadOnlyList<long> removed)
    {
        if (ClosedNames.Differ(changed, removed, _standing))
        {
            var indexes = changed.Select(desired => desired.Index).ToHashSet();
            var rest = _standing.Values.Select(plan => plan.Desired).Where(desired => !indexes.Contains(desired.Index) && !removed.Contains(desired.Index));
            return Synchronise([.. rest, .. changed]).FindAll(report => indexes.Contains(report.Index));
        }

        _rules.Repaired = null;
        LeftOver = null;
        var leaving = new HashSet<string>(StringComparer.Ordinal);
        var closed = new List<FilteredAttachment>();
        var names = changed.Select(desired => desired.NamespaceName).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var index in removed)
        {
            Close(index, names, leaving, closed);
        }

        var reports = new List<AgentReport>(changed.Count);
        var plans = TakePlaces(changed, reports);
        plans.RemoveAll(plan => !TryClose(plan, reports));
        DeviceBinding.Bind(plans, _standing, lab, devices);
        foreach (var plan in plans)
        {
            // An instance that is filtered somewhere else now: where it was is nobody's business any more.
            if (StandingKey(plan.Index) is { } old && old != plan.Filtered?.Key)
            {
                leaving.Add(old);
            }
        }

        leaving.ExceptWith(plans.Select(plan => plan.Filtered?.Key).OfType<string>());
        _rules.Commit(closed, []);
        _rules.Apply(plans, leaving, (plan, refusal) =>
        {
            plans.Remove(plan);
            reports.Add(Undo(plan, refusal.Message));
        });
        foreach (var plan in plans.ToList())
        {
            reports.Add(Finish(plan));
        }

        LeftOver = lab.Remove(removed).Values.LastOrDefault() ?? LeftOver;
        foreach (var index in removed)
        {
            _standing.Remove(index);
        }

        return reports;
    }

    /// <summary>Where the instance of that index is filtered as it stands; null when nowhere.</summary>
    internal FilteredAttachment? Filtered(long index) => _standing.GetValueOrDefault(index)?.Filtered;

    /// <summary>Where instances are filtered as they stand: those of the indexes, or all.</summary>
    internal List<(long Index, FilteredAttachment Filtered)> FilteredOf(IReadOnlyList<long>? indexes) =>
        [.. (indexes ?? [.. _standing.Keys]).Select(index => (index, Filtered: Filtered(index))).Where(one => one.Filtered is not null).Select(one => (one.index, one.Filtered!))];

    /// <summary>The instance of that index as it stands; null when it does not.</summary>
    internal DesiredInstance? Standing(long index) => _standing.GetValueOrDefault(index)?.Desired;

    /// <summary>The lab instances that stand.</summary>
    internal LabInstance[] LabInstances => [.. _standing.Values.Select(plan => plan.Lab).OfType<LabInstance>()];

    /// <summary>The lab instance of that index as it stands; null when none does.</summary>
    internal LabInstance? LabInstance(long index) => _standing.GetValueOrDefault(index)?.Lab;

    /// <summary>Repairs what others have done to the links and routes of lab instances, and gives those that were not as they should be.</summary>
    internal List<long> Repair(LabChanges changes)
    {
        LeftOver = null;
        var repair = new LinkRepair(lab, _rules, _standing);
        var repaired = repair.Run(changes);
        LeftOver = repair.Refused;
        return repaired;
    }

    /// <summary>Follows devices that have come, gone or changed: what is attached is closed or open at once, and nothing else changes.</summary>
    /// <exception cref="RulesetRefusedException">The kernel refused; what stood of it stands.</exception>
    internal void Rebind()
    {
        var plans = _standing.Values.Where(plan => plan is { Lab: null, Filtered.IsHost: false }).ToList();
        var stood = plans.ToDictionary(plan => plan.Index, plan => plan.Filtered!);
        devices.LookAgain();
        DeviceBinding.Bind(plans, _standing, lab, devices);
        plans.RemoveAll(plan => stood[plan.Index] is var before && before.Device == plan.Filtered!.Device && before.ClosedName == plan.Filtered.ClosedName && before.IsBridged == plan.Filtered.IsBridged
            && before.ClosedDevices.AsSpan().SequenceEqual(plan.Filtered.ClosedDevices.AsSpan()));
        _rules.Commit([.. plans.Select(plan => plan.Filtered!)], []);
        foreach (var plan in plans)
        {
            _standing[plan.Index] = plan;
        }
    }

    /// <summary>Reads desired states and takes their places; what cannot be is reported.</summary>
    private List<Plan> TakePlaces(IReadOnlyList<DesiredInstance> all, List<AgentReport> reports)
    {
        var plans = new List<Plan>(all.Count);
        foreach (var desired in all)
        {
            if (Refusal.Of(() => plans.Add(Plan.Of(desired, installation))) is { } problem)
            {
                reports.Add(Refuse(desired, problem));
            }
        }

        foreach (var plan in _places.Claim(plans, StandingKey))
        {
            plans.Remove(plan);
            reports.Add(Refuse(plan.Desired, $"{(plan.Filtered!.IsHost ? "this machine" : $"the interface `{plan.Filtered.Key}`")} is attached to another instance"));
        }

        return plans;
    }

    /// <summary>
    /// The link of an instance that is going goes down before its rules. If it does not, the rules stay and let nothing in. A name that another instance
    /// wants in the same breath is given up at once.
    /// </summary>
    private void Close(long index, HashSet<string> wantedNames, HashSet<string> leaving, List<FilteredAttachment> closed)
    {
        var problem = Refusal.Of(() =>
        {
            lab.Withdraw(index);
            if (lab.Present(index) is { } there && wantedNames.Contains(there.NamespaceName))
            {
                lab.Remove(index);
            }
        });
        if (_standing.GetValueOrDefault(index)?.Filtered is not { } filtered)
        {
            return;
        }

        _places.Release(filtered.Key, index);
        LeftOver = problem ?? LeftOver;
        if (problem is null)
        {
            leaving.Add(filtered.Key);
        }
        else
        {
            closed.Add(filtered with { Ports = PortSet.Empty });
        }
    }

    /// <summary>What must happen in the lab before the ruleset; a refusal is reported and undone.</summary>
    private bool TryClose(Plan plan, List<AgentReport> reports)
    {
        var problem = Refusal.Of(() =>
        {
            if (plan.Lab is null)
            {
                lab.Withdraw(plan.Index);
            }
            else if (AsksForLab(plan))
            {
                lab.Prepare(plan.Lab);
                lab.Withdraw(plan.Lab);
            }
        });
        if (problem is null)
        {
            return true;
        }

        reports.Add(Undo(plan, problem));
        return false;
    }

    /// <summary>What opens, after the ruleset. A refusal puts the ruleset back to what stood.</summary>
    private AgentReport Finish(Plan plan)
    {
        var problem = Refusal.Of(() =>
        {
            if (plan.Lab is null)
            {
                lab.Remove(plan.Index);
            }
            else if (AsksForLab(plan))
            {
                lab.Open(plan.Lab);
            }
        });
        if (problem is not null)
        {
            RestoreRuleset(plan);
            return Undo(plan, problem);
        }

        _standing[plan.Index] = plan;
        return new AgentReport.Applied(plan.Index, plan.Desired.Revision) { Problem = lab.Problem(plan.Index) };
    }

    /// <summary>A change of ports alone asks nothing of the lab, and does not fail for what is wrong there.</summary>
    private bool AsksForLab(Plan plan) => _standing.GetValueOrDefault(plan.Index)?.Lab != plan.Lab;

    private void RestoreRuleset(Plan plan)
    {
        if (_standing.GetValueOrDefault(plan.Index)?.Filtered is { } stood)
        {
            _rules.Commit([stood], plan.Filtered is { } other && other.Key != stood.Key ? [other.Key] : []);
        }
        else if (plan.Filtered is { } added)
        {
            _rules.Commit([], [added.Key]);
        }
    }

    /// <summary>Back to what stood: a refused change leaves nothing half done. What the kernel holds is read, not remembered: an answer may have been lost.</summary>
    private AgentReport.Rejected Undo(Plan plan, string reason)
    {
        if (!_places.Restore(plan.Filtered?.Key, StandingKey(plan.Index), plan.Index))
        {
            // Its place has been given to another in the same breath: it stands nowhere.
            _standing.Remove(plan.Index);
        }

        var stood = _standing.GetValueOrDefault(plan.Index);
        LeftOver = Refusal.Of(() =>
        {
            if (stood?.Lab is null)
            {
                lab.Remove(plan.Index);
            }
            else if (stood.Lab != plan.Lab)
            {
                lab.Look();
                lab.Repair(stood.Lab);
            }
        }) ?? LeftOver;
        return Refuse(plan.Desired, reason);
    }

    private AgentReport.Rejected Refuse(DesiredInstance desired, string reason)
    {
        var standing = _standing.GetValueOrDefault(desired.Index);
        return new AgentReport.Rejected(desired.Index, desired.Revision, reason, standing?.Desired);
    }

    private string? StandingKey(long index) => _standing.GetValueOrDefault(index)?.Filtered?.Key;
}
