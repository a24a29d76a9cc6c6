namespace Portlight.AgentProtocol;

/// <summary>What became of one desired instance. A closed hierarchy.</summary>
public abstract record AgentReport(long Index, long Revision)
{
    /// <summary>The kernel has confirmed it.</summary>
    public sealed record Applied(long Index, long Revision) : AgentReport(Index, Revision);

    /// <summary>The kernel or the host refused it; nothing of it is applied.</summary>
    /// <param name="Index">The instance.</param>
    /// <param name="Revision">What was refused.</param>
    /// <param name="Reason">The kernel's answer in words that an operator and a caller may read.</param>
    /// <param name="Standing">What is in force instead; null when the instance was never applied.</param>
    public sealed record Rejected(long Index, long Revision, string Reason, DesiredInstance? Standing) : AgentReport(Index, Revision);
}
