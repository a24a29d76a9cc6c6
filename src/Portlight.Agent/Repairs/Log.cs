using Microsoft.Extensions.Logging;
using Portlight.Agent.Inspection;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Agent.Repairs;

/// <summary>What the agent tells the operator's log.</summary>
internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Warning, "the ruleset was changed by somebody else ({Kind}, by {Process}, pid {ProcessId}); repairing it")]
    private static partial void Drift(ILogger logger, DriftKind kind, string process, uint processId);

    internal static void Drift(ILogger logger, Drift drift)
    {
        var (name, id) = ThreadOwner.Find(drift.ProcessId) ?? (drift.ProcessName ?? "an unknown process", drift.ProcessId);
        Drift(logger, drift.Kind, UserText.Excerpt(name), id); // a process calls itself as it likes
    }

    [LoggerMessage(3003, LogLevel.Warning, "taken over from another installation: the lab instance {Namespace} (link {Link}) is removed")]
    internal static partial void TakenOver(ILogger logger, string @namespace, string link);

    [LoggerMessage(3002, LogLevel.Warning, "a foreign change of the ruleset was repaired: {Chains} chains and {Sets} sets, {Added} elements put back and {Removed} foreign ones removed{Rebuilt}")]
    private static partial void Repaired(ILogger logger, int chains, int sets, int added, int removed, string rebuilt);

    internal static void Repaired(ILogger logger, SynchroniseReport report) => Repaired(
        logger, report.ChainsChanged, report.SetsChanged, report.ElementsAdded, report.ElementsRemoved, report.Rebuilt ? "; the whole table was made anew" : "");

    [LoggerMessage(3004, LogLevel.Warning, "the lab link {Link} or a route to it was changed by somebody else, and was repaired")]
    internal static partial void LinkRepaired(ILogger logger, string link);

    [LoggerMessage(3005, LogLevel.Error, "a foreign change of the ruleset could not be repaired at once; a comparison of everything follows")]
    internal static partial void RepairFailed(ILogger logger, Exception problem);
}
