using System.Net;
using Microsoft.Extensions.Logging;
using Portlight.Wire;

namespace Portlight.Api;

/// <summary>One line for each request: its caller, what it asked for, what became of it and how long it took. Secrets and bodies never get here.</summary>
internal static partial class RequestLog
{
    public static void Write(ILogger log, Call call, IPAddress? from, LightsailException? error, TimeSpan took)
    {
        if (log.IsEnabled(LogLevel.Information))
        {
            Served(log, call.RequestId, from, Or(call.Principal.Arn, "unauthenticated"), Or(call.Region, "no region"), Or(call.Operation, "unknown operation"), call.Resource, error?.Type ?? "ok", took.TotalMilliseconds, error?.Detail);
        }
    }

    [LoggerMessage(1001, LogLevel.Information, "request {RequestId} from {Client} by {Principal} in {Region}: {Operation} {Resource} {Outcome} {Milliseconds:0.000} ms {Detail}")]
    private static partial void Served(ILogger logger, string requestId, IPAddress? client, string principal, string region, string operation, string? resource, string outcome, double milliseconds, string? detail);

    /// <summary>A refused request may lack each of them.</summary>
    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;

    public static void Failed(ILogger log, Call call, Exception problem) => Failed(log, call.RequestId, call.Operation, problem);

    [LoggerMessage(1002, LogLevel.Error, "request {RequestId}: {Operation} failed")]
    private static partial void Failed(ILogger logger, string requestId, string operation, Exception problem);
}
