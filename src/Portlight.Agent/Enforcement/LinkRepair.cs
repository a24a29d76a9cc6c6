using Portlight.Agent.Lab;
using Portlight.Agent.Links;

namespace Portlight.Agent.Enforcement;

/// <summary>Repairs what others have done to the links and routes of lab instances that stand.</summary>
internal sealed class LinkRepair(LabHost lab, Rules rules, Dictionary<long, Plan> standing)
{
    /// <summary>What the lab refused last; null when nothing.</summary>
    internal string? Refused { get; private set; }

    /// <summary>Gives those that were not as they should be.</summary>
    internal List<long> Run(LabChanges changes)
    {
        var repaired = new List<long>();
        foreach (var plan in standing.Values.Where(plan => plan.Lab is not null && changes.Concern(plan.Lab, lab.Device(plan.Index))).ToList())
        {
            var problem = Refusal.Of(() =>
            {
                if (lab.RepairLink(plan.Lab!))
                {
                    repaired.Add(plan.Index);
                    Rebind(plan);
                }
            });
            if (problem is not null)
            {
                repaired.Add(plan.Index);
                Refused = problem;
            }
        }

        return repaired;
    }

    /// <summary>A link that was made again is another device. Until its rules follow it, its name closes it.</summary>
    private void Rebind(Plan plan)
    {
        var bound = plan.BoundTo(lab.Device(plan.Index));
        if (bound.Filtered is { } filtered && filtered.Device != plan.Filtered?.Device)
        {
            rules.Commit([filtered], []);
            standing[plan.Index] = bound;
        }
    }
}
