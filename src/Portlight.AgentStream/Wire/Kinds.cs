using System.Collections.Frozen;

namespace Portlight.AgentStream.Wire;

/// <summary>The kinds of messages that one end knows and a later or earlier build may not, by name. Each end names those that it can receive.</summary>
internal static class Kinds
{
    /// <summary>Version of the protocol: changes when an older peer cannot be talked to at all.</summary>
    internal const uint Version = 1;

    /// <summary>A round that names what is in force by its digest.</summary>
    internal const string Same = "same";

    /// <summary><c>Done</c> may be guarded, and is answered by <c>Keep</c>.</summary>
    internal const string Guard = "guard";

    /// <summary>It closes by itself what has expired.</summary>
    internal const string Expiring = "expiring";

    /// <summary>It can be told while it is connected where the servers are.</summary>
    internal const string Servers = "servers";

    internal const string Inspect = "inspect";
    internal const string SshSessions = "ssh-sessions";
    internal const string AskKernel = "ask-kernel";
    internal const string Discover = "discover";
    internal const string Connections = "connections";
    internal const string Refusals = "refusals";
    internal const string PortCounts = "port-counts";
    internal const string RefusalsOfMany = "refusals-of-many";
    internal const string Traffic = "traffic";

    /// <summary>What an agent of this build can be sent.</summary>
    internal static readonly FrozenSet<string> OfAgent = new[] { Same, Expiring, Servers, Inspect, SshSessions, AskKernel, Discover, Connections, Refusals, PortCounts, RefusalsOfMany, Traffic }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What a server of this build can be sent.</summary>
    internal static readonly FrozenSet<string> OfServer = new[] { Guard }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Of the kinds that an agent names, those that this build may send: one set for all agents of this build.</summary>
    internal static IReadOnlySet<string> KnownOf(IEnumerable<string> named)
    {
        var known = named.Where(OfAgent.Contains).ToHashSet(StringComparer.Ordinal);
        return known.Count == OfAgent.Count ? OfAgent : known;
    }

    /// <summary>The kind of a question.</summary>
    internal static string Of(Question question) => question.KindCase switch
    {
        Question.KindOneofCase.Inspect => Inspect,
        Question.KindOneofCase.SshSessions => SshSessions,
        Question.KindOneofCase.AskKernel => AskKernel,
        Question.KindOneofCase.Discover => Discover,
        Question.KindOneofCase.Connections => Connections,
        Question.KindOneofCase.Refusals => Refusals,
        Question.KindOneofCase.PortCounts => PortCounts,
        Question.KindOneofCase.RefusalsOfMany => RefusalsOfMany,
        Question.KindOneofCase.Traffic => Traffic,
        _ => "a question of a newer server",
    };
}
