using System.Diagnostics;
using Portlight.TestKit.Serving;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests.Tenants;

/// <summary>
/// The program of these tests as a process of its own that is <see cref="HostileWays"/>: no thread, connection or memory of it is the server's, as a caller's never is. A line of its input begins a
/// way, an empty one ends it; each is answered by a line. It has what the server leaves of the processors: a caller has machines of its own.
/// </summary>
internal static class HostileProcess
{
    /// <summary>Its first argument.</summary>
    public const string Verb = "hostile";

    public const string Begun = "begun";

    public const string Ended = "ended";

    private const string Ready = "ready";

    /// <summary>Starts it. The keys go by its input: the arguments of a process are for all to see.</summary>
    public static async Task<ReadyProcess> StartAsync(Uri endpoint, string region, AwsCredentials root, AwsCredentials mallory)
    {
        var start = new ProcessStartInfo("nice", ["-n", "19", Environment.ProcessPath!, Verb, endpoint.ToString(), region]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var process = await ReadyProcess.StartAsync(start, Ready);
        foreach (var key in new[] { root, mallory })
        {
            await process.Process.StandardInput.WriteLineAsync(key.AccessKeyId);
            await process.Process.StandardInput.WriteLineAsync(key.SecretAccessKey);
        }

        return process;
    }

    /// <summary>Does as it is told until its input ends.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        Console.WriteLine(Ready);
        var ways = new HostileWays(new Uri(arguments[1]), arguments[2], await ReadKeyAsync(), await ReadKeyAsync());
        while (await Console.In.ReadLineAsync() is { } way)
        {
            using var stop = new CancellationTokenSource();
            var running = ways.RunAsync(way, stop.Token);
            Console.WriteLine(Begun);
            await Console.In.ReadLineAsync();
            await stop.CancelAsync();
            await running;
            Console.WriteLine(Ended);
        }

        return 0;
    }

    private static async Task<AwsCredentials> ReadKeyAsync() => new(await Console.In.ReadLineAsync() ?? "", await Console.In.ReadLineAsync() ?? "");
}
