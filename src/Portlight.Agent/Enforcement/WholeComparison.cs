using Portlight.Agent.Devices;
using Portlight.Agent.Lab;
using Portlight.Agent.Links;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Agent.Enforcement;

/// <summary>
/// Makes everything what is desired. The ruleset comes first, for everybody, whatever the lab looks like: an instance of which something must close before
/// its rules may open, and a link of ours that nobody wants, are in it with nothing open. Then each lab instance is repaired by itself, and what it refuses is
/// its own report: what stands keeps standing. Last, what was kept closed gets its rules.
/// </summary>
internal sealed class WholeComparison(LabHost lab, AttachedDevices devices, Rules rules, Dictionary<long, Plan> standing)
{
    private readonly Dictionary<long, Plan> _before = new(standing);

    /// <summary>What the lab refused of an instance that is gone or unknown; null when nothing.</summary>
    internal string? LeftOver { get; private set; }

    /// <param name="plans">What is desired.</param>
    /// <param name="links">The links, where they were listed just now.</param>
    /// <param name="refused">Instances that are desired otherwise and could not be planned: they keep what they have.</param>
    /// <param name="reports">Gets a report for each plan.</param>
    internal void Run(List<Plan> plans, LinkListing? links, HashSet<long> refused, List<AgentReport> reports)
    {
        var unseen = Refusal.Of(() => lab.Look(links));
        DeviceBinding.Bind(plans, _before, lab, devices);
        var unwanted = lab.Found.Except(plans.Where(plan => plan.Lab is not null).Select(plan => plan.Index)).Except(refused).ToList();
        var closedFirst = plans.Where(plan => plan.Lab is { } wanted && lab.MustCloseFirst(wanted)).ToHashSet();
        var kept = refused.Select(index => _before.GetValueOrDefault(index)).OfType<Plan>().ToList();
        var unknown = lab.Found.Where(index => refused.Contains(index) && !_before.ContainsKey(index));
        Forget(plans, refused);
        rules.Synchronise(
            [
                .. unwanted.Concat(unknown).Select(index => FilteredAttachment.Interface(LabAlias.LinkNameOf(index), lab.Device(index), PortSet.Empty)),
                .. kept.Select(plan => plan.Filtered).OfType<FilteredAttachment>(),
                .. plans.Where(plan => plan.Filtered is not null).Select(plan => closedFirst.Contains(plan) ? plan.Filtered! with { Ports = PortSet.Empty } : plan.Filtered!),
            ],
            Before,
            (key, refusal) => Reject(key, refusal, plans, reports));
        if (unseen is not null)
        {
            // The rules are in force, and nothing of the lab was touched. The caller tries again.
            throw new LabException(unseen);
        }

        var opening = new List<Plan>();
        foreach (var plan in plans)
        {
            if (!TryMend(plan, reports))
            {
                continue;
            }

            // A link that was made just now is a device that the rules do not know yet.
            var bound = plan.Lab is null ? plan : plan.BoundTo(lab.Device(plan.Index));
            standing[plan.Index] = bound;
            if (closedFirst.Contains(plan) || bound.Filtered?.Device != plan.Filtered?.Device)
            {
                opening.Add(bound);
            }
        }

        rules.Apply(opening, Dismantle(unwanted), (plan, refusal) => Reject(plan.Filtered!.Key, refusal, plans, reports));
        reports.AddRange(plans.Where(plan => standing.GetValueOrDefault(plan.Index)?.Desired == plan.Desired).Select(plan =>
            new AgentReport.Applied(plan.Index, plan.Desired.Revision) { Problem = lab.Problem(plan.Index) }));
    }

    /// <summary>False when nothing of the instance is there, and it could not be made; it is reported then.</summary>
    private bool TryMend(Plan plan, List<AgentReport> reports)
    {
        standing[plan.Index] = plan;
        // What stands as it was made is not entered: with hundreds that takes a second, and changes of ports wait. LabRepair looks into one after the other.
        if (plan.Lab is null || (_before.GetValueOrDefault(plan.Index)?.Lab == plan.Lab && lab.IsAsMade(plan.Lab)))
        {
            return true;
        }

        if (Refusal.Of(() => lab.Repair(plan.Lab)) is not { } problem)
        {
            return true;
        }

        if (lab.Present(plan.Index) is not null)
        {
            // It stands, but for what was refused. Its rules open only if everything that had to close has closed.
            lab.NoteProblem(plan.Index, problem);
            return !lab.MustCloseFirst(plan.Lab);
        }

        standing.Remove(plan.Index);
        reports.Add(new AgentReport.Rejected(plan.Index, plan.Desired.Revision, problem, null));
        return false;
    }

    /// <summary>Gives the names of the links that are gone.</summary>
    private List<string> Dismantle(List<long> unwanted)
    {
        var refused = lab.Dismantle(unwanted);
        LeftOver = refused.Values.LastOrDefault() ?? LeftOver;
        return [.. unwanted.Except(refused.Keys.Select(alias => alias.Index)).Select(LabAlias.LinkNameOf)];
    }

    private FilteredAttachment? Before(string key) => _before.Values.FirstOrDefault(plan => plan.Filtered?.Key == key)?.Filtered;

    /// <summary>The kernel refused the rules of one attachment: what stood of it stands.</summary>
    private void Reject(string key, RulesetRefusedException refusal, List<Plan> plans, List<AgentReport> reports)
    {
        if (plans.Find(plan => plan.Filtered?.Key == key) is not { } plan)
        {
            LeftOver = refusal.Message;
            return;
        }

        plans.RemoveAll(other => other.Index == plan.Index);
        var stood = _before.GetValueOrDefault(plan.Index);
        if (stood?.Filtered?.Key == key)
        {
            standing[plan.Index] = stood;
        }
        else
        {
            standing.Remove(plan.Index);
        }

        reports.Add(new AgentReport.Rejected(plan.Index, plan.Desired.Revision, refusal.Message, standing.GetValueOrDefault(plan.Index)?.Desired));
    }

    private void Forget(List<Plan> plans, HashSet<long> refused)
    {
        foreach (var index in standing.Keys.Except(plans.Select(plan => plan.Index)).Except(refused).ToList())
        {
            standing.Remove(index);
        }
    }
}
