using Microsoft.Extensions.Logging;
using Portlight.AgentProtocol;
using Portlight.Nftables;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Repairs;

/// <summary>
/// The table was changed by somebody else: put back from memory at once, on the watcher's thread, before anybody is asked. A comparison of everything follows by <see cref="IAgent.DriftAsync"/>, and tries again
/// what failed here.
/// </summary>
internal sealed class TableRepair(NftablesSession session, StatusRecord status, ILogger log)
{
    private volatile bool _isOwed;

    internal void Run(Drift drift)
    {
        try
        {
            Log.Drift(log, drift);
            PutBack();
        }
        catch (Exception exception)
        {
            // Not only what the kernel refuses: where no descriptor is left, anything can fail.
            Note(exception);
            Log.RepairFailed(log, exception);
        }
    }

    /// <summary>What could not be put back at once, if anything: nobody compares everything where it is not known what is to be.</summary>
    /// <exception cref="AgentException">It cannot be put back still.</exception>
    internal void RunAgain()
    {
        try
        {
            if (_isOwed)
            {
                PutBack();
            }
        }
        catch (Exception problem) when (problem is NetlinkException or RulesetRefusedException)
        {
            Note(problem);
            throw new AgentException(problem.Message, problem);
        }
    }

    internal void Count(SynchroniseReport? repaired)
    {
        if (repaired is { ChangedAnything: true } report)
        {
            status.CountRepair();
            Log.Repaired(log, report);
        }
    }

    private void PutBack()
    {
        _isOwed = true;
        Count(session.Repair());
        _isOwed = false;
    }

    private void Note(Exception problem) => status.Change(now => now with { LastProblem = problem.Message });
}
