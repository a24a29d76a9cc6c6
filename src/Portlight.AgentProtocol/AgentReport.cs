namespace Portlight.AgentProtocol;

/// <summary>What became of one desired instance. A closed hierarchy.</summary>
public abstract record AgentReport(long Index, long Revision)
{
    /// <summary>The kernel has confirmed it.</summary>
    public sealed record Applied(long Index, long Revision) : AgentReport(Index, Revision)
    {
        /// <summary>What an operator should know of it nevertheless, as "waits for the interface `vnet0`"; null for nothing.</summary>
        public string? Note { get; init; }

        /// <summary>
        /// What is wrong beside it, in words that an operator and a caller may read: the instance stands and its ports are filtered, but something of its
        /// namespace or link is refused (IPv6 switched off, for example). Tried again at the next comparison. Null when nothing is.
        /// </summary>
        public string? Problem { get; init; }
    }

    /// <summary>
    /// The ruleset holds it as far as it can, and not every packet of the instance is filtered by its ports: its interface was put into a bridge, is another
    /// device than the one that was attached, and the like. To be told, and no operation of this revision has succeeded.
    /// </summary>
    /// <param name="Index">The instance.</param>
    /// <param name="Revision">What the ruleset holds.</param>
    /// <param name="Reason">What is wrong and how to repair it, in words that an operator and a caller may read.</param>
    public sealed record Unfiltered(long Index, long Revision, string Reason) : AgentReport(Index, Revision);

    /// <summary>The kernel or the host refused it; nothing of it is applied.</summary>
    /// <param name="Index">The instance.</param>
    /// <param name="Revision">What was refused.</param>
    /// <param name="Reason">The kernel's answer in words that an operator and a caller may read.</param>
    /// <param name="Standing">What is in force instead; null when the instance was never applied.</param>
    public sealed record Rejected(long Index, long Revision, string Reason, DesiredInstance? Standing) : AgentReport(Index, Revision);
}
