using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Portlight.Background;

/// <summary>
/// Work beside the requests of a process: one step after another, until it is disposed of. A step waits until there is something to do, and does it. Whatever a step
/// throws is logged and counted (<c>portlight.loop.failures</c>), and after a pause comes the next step: only <see cref="Dispose"/> ends the loop.
/// </summary>
/// <remarks>What a failed step leaves undone it has to find again by itself, in what is stored or in the kernel; or it rings again before it throws.</remarks>
public sealed partial class BackgroundLoop : IDisposable, IAsyncDisposable
{
    /// <summary>Name of the meter that counts failed steps, by <c>portlight.loop</c>.</summary>
    public const string MeterName = "Portlight.Background";

    private static readonly ConcurrentDictionary<string, long> FailuresByName = new(StringComparer.Ordinal);
    private static readonly Meter Failed = new(MeterName);

    private readonly Func<CancellationToken, Task> _step;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private long _failures;
    private bool _isDisposed;

    static BackgroundLoop() => Failed.CreateObservableCounter(
        "portlight.loop.failures",
        () => FailuresByName.Select(loop => new Measurement<long>(loop.Value, new KeyValuePair<string, object?>("portlight.loop", loop.Key))),
        unit: "{failure}",
        description: "Steps of work in the background that failed; it goes on after each.");

    /// <param name="name">What it does, for the log and the metric: a few words, not those of a caller.</param>
    /// <param name="step">Is handed a token that ends its wait when the loop is disposed of.</param>
    /// <param name="clock">For the pauses.</param>
    /// <param name="log">Where failures are told.</param>
    public BackgroundLoop(string name, Func<CancellationToken, Task> step, TimeProvider clock, ILogger log)
    {
        (Name, _step, _clock, _log) = (name, step, clock, log);
        FailuresByName.TryAdd(name, 0);
    }

    public string Name { get; }

    /// <summary>How long after a failure the next step comes.</summary>
    public TimeSpan PauseAfterFailure { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many steps have failed.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Begins, on the thread pool.</summary>
    public void Start() => _running = Task.Run(RunAsync, CancellationToken.None);

    /// <summary>Ends the wait of the step that is under way, and returns once it has ended.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <inheritdoc cref="Dispose"/>
    public async ValueTask DisposeAsync()
    {
        if (!Interlocked.Exchange(ref _isDisposed, true))
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
            await _running.ConfigureAwait(false);
            _stopping.Dispose();
        }
    }

    private async Task RunAsync()
    {
        var stopping = _stopping.Token;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await _step(stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                Note(problem);
                await Task.Delay(PauseAfterFailure, _clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Note(Exception problem)
    {
        Interlocked.Increment(ref _failures);
        FailuresByName.AddOrUpdate(Name, 1, static (_, count) => count + 1);
        try
        {
            LogFailed(_log, Name, problem);
        }
        catch (Exception)
        {
            // A log that cannot be written ends nothing; the count tells.
        }
    }

    [LoggerMessage(7001, LogLevel.Error, "{Loop}: a step has failed; the next one comes in a moment")]
    private static partial void LogFailed(ILogger logger, string loop, Exception problem);
}
