using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Portlight.Api;
using Portlight.Wire.Client;

namespace Portlight.Cli;

/// <summary>
/// The console in the browser beside a server: a process of its own, started again when it ends. Whatever becomes of it, the server goes on. It ends with the server, also with one that is killed:
/// its standard input is a pipe that the server holds.
/// </summary>
internal sealed partial class ConsoleBeside : IAsyncDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ToEnd = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly ILogger _log;
    private readonly Task _running;

    private ConsoleBeside(string program, IReadOnlyList<string> words, string ticket, ILogger log)
    {
        _log = log;
        _running = Task.Run(() => RunAsync(program, words, ticket));
    }

    /// <summary>What a console shows the server that has started it.</summary>
    public static string NewTicket() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <param name="options">The settings, with the addresses that are bound.</param>
    /// <param name="api">Where the server answers.</param>
    /// <param name="program">The console's path.</param>
    /// <param name="log">Where what it says goes.</param>
    public static ConsoleBeside Start(ServeOptions options, Uri api, string program, ILogger log) =>
        new(program, [.. ConsoleProgram.Words(options, api)], options.ConsoleTicket!, log);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(string program, IReadOnlyList<string> words, string ticket)
    {
        var wait = FirstWait;
        while (!_stop.IsCancellationRequested)
        {
            var began = TimeProvider.System.GetTimestamp();
            await RunOnceAsync(program, words, ticket);
            wait = TimeProvider.System.GetElapsedTime(began) > LongestWait ? FirstWait : wait * 2 < LongestWait ? wait * 2 : LongestWait;
            await Task.Delay(wait, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunOnceAsync(string program, IReadOnlyList<string> words, string ticket)
    {
        var start = new ProcessStartInfo(program, words) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // What the server is told by its environment, the password of its database among it, is not the console's.
        foreach (var own in start.Environment.Keys.Where(name => name.StartsWith("PORTLIGHT_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(own);
        }

        start.Environment[ProxyTicket.Variable] = ticket;
        ConsoleProgram.AddTo(start.Environment);
        try
        {
            using var process = Process.Start(start)!;
            var said = Task.WhenAll(PassOnAsync(process.StandardOutput), PassOnAsync(process.StandardError));
            try
            {
                await process.WaitForExitAsync(_stop.Token);
                LogEnded(process.ExitCode);
            }
            catch (OperationCanceledException)
            {
                process.StandardInput.Close();
                await EndAsync(process);
            }

            await said;
        }
        catch (Exception exception) when (exception is Win32Exception or IOException or InvalidOperationException)
        {
            LogNotStarted(exception.Message);
        }
    }

    private static async Task EndAsync(Process process)
    {
        using var late = new CancellationTokenSource(ToEnd);
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private async Task PassOnAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("portlight-console ready ", StringComparison.Ordinal))
            {
                var address = line[(line.LastIndexOf(' ') + 1)..];
                LogReady(address);
            }
            else if (line.Length > 0)
            {
                LogSaid(line);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "the console in the browser answers on {Address}")]
    private partial void LogReady(string address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the console says: {Line}")]
    private partial void LogSaid(string line);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the console has ended with code {Code} and is started again")]
    private partial void LogEnded(int code);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the console cannot be started: {Reason}")]
    private partial void LogNotStarted(string reason);
}
