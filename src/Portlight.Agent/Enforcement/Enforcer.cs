using Portlight.Agent.Devices;
using Portlight.Agent.Lab;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Agent.Enforcement;

/// <summary>
/// Carries desired instances to the kernel, always in this order: what closes in the lab, the ruleset, what opens in the lab. A new lab link comes up
/// only when it is judged already, and one that goes is down before its rules do. Used by one caller at a time.
/// </summary>
internal sealed class Enforcer(NftablesSession session, LabHost lab, AttachedDevices devices, RulesetOptions options)
{
    private readonly Dictionary<long, Plan> _standing = [];
    private readonly Dictionary<string, long> _owners = new(StringComparer.Ordinal);

    /// <summary>What the last call had to mend in the ruleset beyond what it was asked for.</summary>
    internal SynchroniseReport? Mended { get; private set; }

    internal List<AgentReport> Synchronise(IReadOnlyList<DesiredInstance> all)
    {
        var before = new Dictionary<long, Plan>(_standing);
        _standing.Clear();
        _owners.Clear();
        var reports = new List<AgentReport>(all.Count);
        var plans = new List<Plan>(all.Count);
        foreach (var desired in all)
        {
            TryPlan(desired, reports, plans);
        }

        lab.Adopt(plans.Where(plan => plan.Lab is not null).ToDictionary(plan => plan.Index, plan => plan.Lab!));
        plans.RemoveAll(plan => !TryClose(plan, reports));
        DeviceBinding.Bind(plans, before, lab, devices);
        SynchroniseRuleset(plans, before, reports);
        foreach (var plan in plans)
        {
            reports.Add(Finish(plan));
        }

        return reports;
    }

    internal List<AgentReport> Apply(IReadOnlyList<DesiredInstance> changed, IReadOnlyList<long> removed)
    {
        Mended = null;
        var leaving = new HashSet<string>(StringComparer.Ordinal);
        foreach (var index in removed)
        {
            Release(index, leaving);
            lab.Withdraw(index);
        }

        var reports = new List<AgentReport>(changed.Count);
        var plans = new List<Plan>(changed.Count);
        foreach (var desired in changed)
        {
            TryPlan(desired, reports, plans);
        }

        plans.RemoveAll(plan => !TryClose(plan, reports));
        DeviceBinding.Bind(plans, _standing, lab, devices);
        foreach (var plan in plans)
        {
            // An instance that is judged somewhere else now: where it was is nobody's business any more.
            if (_standing.GetValueOrDefault(plan.Index)?.Judged is { } old && old.Key != plan.Judged?.Key)
            {
                leaving.Add(old.Key);
                _owners.Remove(old.Key);
            }
        }

        leaving.ExceptWith(plans.Where(plan => plan.Judged is not null).Select(plan => plan.Judged!.Key));
        ApplyRuleset(plans, leaving, reports);
        foreach (var plan in plans)
        {
            reports.Add(Finish(plan));
        }

        foreach (var index in removed)
        {
            lab.Remove(index);
            _standing.Remove(index);
        }

        return reports;
    }

    /// <summary>Reads a desired state and reserves its place; a refusal is reported.</summary>
    private void TryPlan(DesiredInstance desired, List<AgentReport> reports, List<Plan> plans)
    {
        try
        {
            var plan = Plan.Of(desired);
            if (plan.Judged is { } judged && !_owners.TryAdd(judged.Key, plan.Index) && _owners[judged.Key] != plan.Index)
            {
                throw new LabException($"{(judged.IsHost ? "this machine" : $"the interface `{judged.Key}`")} is attached to another instance");
            }

            plans.Add(plan);
        }
        catch (LabException refusal)
        {
            reports.Add(Refuse(desired, refusal.Message));
        }
    }

    /// <summary>What must happen in the lab before the ruleset; a refusal is reported and undone.</summary>
    private bool TryClose(Plan plan, List<AgentReport> reports)
    {
        try
        {
            if (plan.Lab is { } wanted)
            {
                lab.Prepare(wanted);
                lab.Withdraw(wanted);
            }
            else
            {
                lab.Withdraw(plan.Index);
            }

            return true;
        }
        catch (LabException refusal)
        {
            UndoLab(plan);
            reports.Add(Refuse(plan.Desired, refusal.Message));
            return false;
        }
    }

    /// <summary>What opens, after the ruleset. A refusal puts the ruleset back to what stood.</summary>
    private AgentReport Finish(Plan plan)
    {
        try
        {
            if (plan.Lab is { } wanted)
            {
                lab.Open(wanted);
            }
            else
            {
                lab.Remove(plan.Index);
            }
        }
        catch (LabException refusal)
        {
            RestoreRuleset(plan);
            UndoLab(plan);
            return Refuse(plan.Desired, refusal.Message);
        }

        _standing[plan.Index] = plan;
        return new AgentReport.Applied(plan.Index, plan.Desired.Revision);
    }

    private void ApplyRuleset(List<Plan> plans, HashSet<string> leaving, List<AgentReport> reports)
    {
        JudgedAttachment[] judged = [.. plans.Where(plan => plan.Judged is not null).Select(plan => plan.Judged!)];
        try
        {
            Commit(judged, [.. leaving]);
            return;
        }
        catch (RulesetRefusedException) when (judged.Length + leaving.Count > 1)
        {
            // Together they are refused; which of them it is shows one by one.
        }
        catch (RulesetRefusedException refusal) when (judged.Length == 1)
        {
            Reject(plans, plan => plan.Judged is not null, refusal, reports);
            return;
        }

        foreach (var key in leaving)
        {
            Commit([], [key]);
        }

        foreach (var plan in plans.Where(plan => plan.Judged is not null).ToList())
        {
            try
            {
                Commit([plan.Judged!], []);
            }
            catch (RulesetRefusedException refusal)
            {
                Reject(plans, other => other == plan, refusal, reports);
            }
        }
    }

    /// <summary>
    /// The whole table. When the kernel refuses that, one bad instance must not cost all others their rules: then every attachment is closed in one
    /// transaction, and opened one by one.
    /// </summary>
    private void SynchroniseRuleset(List<Plan> plans, Dictionary<long, Plan> before, List<AgentReport> reports)
    {
        List<JudgedAttachment> judged = [.. plans.Where(plan => plan.Judged is not null).Select(plan => plan.Judged!)];
        try
        {
            Mended = session.Synchronise(new Ruleset(options, judged));
            return;
        }
        catch (RulesetRefusedException) when (judged.Count > 0)
        {
            Mended = session.Synchronise(new Ruleset(options, judged.Select(attachment => attachment with { Ports = PortSet.Empty })));
        }

        foreach (var plan in plans.Where(plan => plan.Judged is not null).ToList())
        {
            try
            {
                Commit([plan.Judged!], []);
            }
            catch (RulesetRefusedException refusal)
            {
                if (before.TryGetValue(plan.Index, out var stood) && stood.Judged is { } judgedBefore && judgedBefore.Key == plan.Judged!.Key)
                {
                    Commit([judgedBefore], []);
                    _standing[plan.Index] = stood;
                }

                Reject(plans, other => other == plan, refusal, reports);
            }
        }
    }

    private void Reject(List<Plan> plans, Predicate<Plan> which, RulesetRefusedException refusal, List<AgentReport> reports)
    {
        foreach (var plan in plans.FindAll(which))
        {
            UndoLab(plan);
            reports.Add(Refuse(plan.Desired, refusal.Message));
        }

        plans.RemoveAll(which);
    }

    private void RestoreRuleset(Plan plan)
    {
        if (_standing.GetValueOrDefault(plan.Index)?.Judged is { } stood)
        {
            Commit([stood], plan.Judged is { } other && other.Key != stood.Key ? [other.Key] : []);
        }
        else if (plan.Judged is { } added)
        {
            Commit([], [added.Key]);
        }
    }

    /// <summary>Back to what stood: a refused change leaves nothing half done.</summary>
    private void UndoLab(Plan plan)
    {
        if (_standing.GetValueOrDefault(plan.Index)?.Lab is { } stood)
        {
            lab.Withdraw(stood);
            lab.Open(stood);
        }
        else
        {
            lab.Remove(plan.Index);
        }
    }

    private AgentReport.Rejected Refuse(DesiredInstance desired, string reason)
    {
        var standing = _standing.GetValueOrDefault(desired.Index);
        foreach (var key in _owners.Where(owner => owner.Value == desired.Index && owner.Key != standing?.Judged?.Key).Select(owner => owner.Key).ToList())
        {
            _owners.Remove(key);
        }

        if (standing?.Judged is { } kept)
        {
            _owners[kept.Key] = desired.Index;
        }

        return new AgentReport.Rejected(desired.Index, desired.Revision, reason, standing?.Desired);
    }

    private void Release(long index, HashSet<string> leaving)
    {
        if (_standing.GetValueOrDefault(index)?.Judged is { } judged)
        {
            leaving.Add(judged.Key);
            _owners.Remove(judged.Key);
        }
    }

    private void Commit(JudgedAttachment[] put, string[] remove)
    {
        if (put.Length + remove.Length > 0)
        {
            Mended = session.Apply(put, remove) ?? Mended;
        }
    }
}
