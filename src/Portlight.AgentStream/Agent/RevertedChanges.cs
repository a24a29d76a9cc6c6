using Portlight.AgentStream.Wire;

namespace Portlight.AgentStream.Agent;

/// <summary>Changes that have cut this machine off and were reverted: the same one is not tried again.</summary>
internal sealed class RevertedChanges(KeptSet kept)
{
    private readonly Dictionary<long, (Desired? Tried, string Reason)> _all = [];

    internal void Add(long index, Desired? tried, string reason) => _all[index] = (tried, reason);

    internal void Forget(long index) => _all.Remove(index);

    /// <summary>Those that can be tried; the others are reported at once: what cannot be read, and what was reverted because it has cut this machine off.</summary>
    internal List<Desired> Others(IEnumerable<Desired> wanted, List<Report> reports)
    {
        var tried = new List<Desired>();
        foreach (var desired in wanted)
        {
            var refusal = _all.TryGetValue(desired.Index, out var reverted) && desired.Equals(reverted.Tried) ? reverted.Reason : States.Problem(desired);
            if (refusal is null)
            {
                tried.Add(desired);
            }
            else
            {
                reports.Add(new Report { Index = desired.Index, Revision = desired.Revision, Rejected = new Report.Types.Rejected { Reason = refusal, Standing = kept.Find(desired.Index) } });
            }
        }

        return tried;
    }
}
