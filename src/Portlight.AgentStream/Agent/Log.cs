using Microsoft.Extensions.Logging;

namespace Portlight.AgentStream.Agent;

/// <summary>What this end of the stream does by itself.</summary>
internal static partial class Log
{
    [LoggerMessage(6002, LogLevel.Warning, "no server could be reached for {Seconds} s after the ports of this machine were changed (instance {Instances}): the change is reverted")]
    internal static partial void Reverted(ILogger logger, string instances, double seconds);

    [LoggerMessage(6003, LogLevel.Error, "a change after which no server can be reached could not be reverted, which is tried again: {Problem}")]
    internal static partial void NotReverted(ILogger logger, string problem);

    [LoggerMessage(6004, LogLevel.Information, "what has expired is closed (instance {Instances})")]
    internal static partial void Expired(ILogger logger, string instances);

    [LoggerMessage(6005, LogLevel.Error, "what has expired could not be closed, which is tried again: {Problem}")]
    internal static partial void NotExpired(ILogger logger, string problem);
}
