using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portlight.TestKit;

namespace Portlight.Background.Tests;

public sealed class BackgroundLoopTests
{
    private readonly CountingClock _clock = new();
    private readonly Bell _work = new();
    private readonly Bell _done = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_step_that_fails_whatever_it_throws_is_logged_and_counted_and_the_next_one_comes_after_a_pause()
    {
        var log = new KeptLog();
        var steps = 0;
        await using var loop = new BackgroundLoop("failing", Step, _clock, log) { PauseAfterFailure = TimeSpan.FromSeconds(5) };
        loop.Start();

        for (var failure = 1; failure <= 3; failure++)
        {
            _work.Ring();
            await _done.WaitAsync(Cancellation);
            await Until.TrueAsync(() => _clock.Timers == failure, "the pause");
            Assert.Equal((failure, failure), (loop.Failures, log.Entries.Count));
            Assert.Equal((LogLevel.Error, 7001), log.Entries[^1]);
            _work.Ring();
            _clock.Advance(TimeSpan.FromSeconds(4));
            Assert.Equal((failure * 2) - 1, Volatile.Read(ref steps)); // it pauses
            _clock.Advance(TimeSpan.FromSeconds(1));
            await _done.WaitAsync(Cancellation);
            Assert.Equal(failure * 2, Volatile.Read(ref steps)); // it goes on
        }

        async Task Step(CancellationToken stopping)
        {
            await _work.WaitAsync(stopping);
            var isOdd = Interlocked.Increment(ref steps) % 2 == 1;
            _done.Ring();
            if (isOdd)
            {
                throw steps % 4 == 1 ? new InvalidOperationException("a fault") : new OperationCanceledException("somebody else's");
            }
        }
    }

    [Fact]
    public async Task Its_failures_are_a_metric_by_its_name_which_is_there_before_the_first()
    {
        await using var well = new BackgroundLoop("a loop that is well", stopping => _work.WaitAsync(stopping).AsTask(), _clock, NullLogger.Instance);
        await using var ill = new BackgroundLoop("a loop that is ill", _ => throw new InvalidOperationException(), _clock, NullLogger.Instance);
        well.Start();
        ill.Start();
        await Until.TrueAsync(() => ill.Failures == 1, "a failure");

        Dictionary<string, long> seen = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument is { Name: "portlight.loop.failures", Meter.Name: BackgroundLoop.MeterName })
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => seen[(string)tags[0].Value!] = count);
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.Equal((0, 1), (seen[well.Name], seen[ill.Name]));
    }

    [Fact]
    public async Task Disposing_ends_a_wait_and_a_pause_and_waits_for_a_step_that_is_under_way()
    {
        var waiting = new BackgroundLoop("waiting", stopping => _work.WaitAsync(stopping).AsTask(), _clock, NullLogger.Instance);
        waiting.Start();
        await waiting.DisposeAsync();

        var pausing = new BackgroundLoop("pausing", _ => throw new InvalidOperationException(), _clock, NullLogger.Instance);
        pausing.Start();
        await Until.TrueAsync(() => _clock.Timers == 1, "the pause");
        await pausing.DisposeAsync();

        var slow = new TaskCompletionSource();
        var busy = new BackgroundLoop("busy", Step, _clock, NullLogger.Instance);
        busy.Start();
        await _done.WaitAsync(Cancellation);
        var ended = busy.DisposeAsync().AsTask();
        Assert.False(ended.IsCompleted);
        slow.SetResult();
        await ended;
        await busy.DisposeAsync(); // and once more is nothing

        Task Step(CancellationToken stopping)
        {
            _done.Ring();
            return slow.Task;
        }
    }

    [Fact]
    public async Task A_log_that_fails_ends_nothing()
    {
        await using var loop = new BackgroundLoop("without a log", _ => throw new InvalidOperationException(), _clock, new KeptLog { Fails = true });
        loop.Start();
        await Until.TrueAsync(() => _clock.Timers == 1, "the pause");
        _clock.Advance(loop.PauseAfterFailure);
        await Until.TrueAsync(() => loop.Failures == 2, "the second step");
    }

    [Fact]
    public async Task A_bell_that_rang_while_nobody_listened_rings_once()
    {
        _work.Ring();
        _work.Ring();
        await _work.WaitAsync(Cancellation);
        var again = _work.WaitAsync(Cancellation).AsTask();
        Assert.False(again.IsCompleted);
        _work.Ring();
        await again;
    }

    /// <summary>Tells how many timers were made: a clock that is moved before a pause has begun does not end it.</summary>
    private sealed class CountingClock : FakeTimeProvider
    {
        private int _timers;

        public int Timers => Volatile.Read(ref _timers);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Interlocked.Increment(ref _timers);
            return timer;
        }
    }

    private sealed class KeptLog : ILogger
    {
        public List<(LogLevel Level, int Id)> Entries { get; } = [];

        public bool Fails { get; init; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (Fails)
            {
                throw new IOException("no room");
            }

            Entries.Add((logLevel, eventId.Id));
        }
    }
}
