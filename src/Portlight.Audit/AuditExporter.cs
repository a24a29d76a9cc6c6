using Microsoft.Extensions.Logging;
using Portlight.Api;
using Portlight.Storage;

namespace Portlight.Audit;

/// <summary>
/// Copies the audit log into files, a line for each event, for whatever ships logs elsewhere. It asks the files what they have and the store what comes next, so
/// that a start, a crash, a full disk and a day without files all end the same way. No request ever waits for it.
/// </summary>
internal sealed partial class AuditExporter(IStore store, string directory, TimeSpan retention, TimeProvider clock, ILogger<AuditExporter> log) : IAsyncDisposable
{
    /// <summary>How long after a failure it is tried again.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly AuditFiles _files = new(directory);
    private readonly SemaphoreSlim _bell = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private long _exported;
    private bool _isOpen;
    private bool _isStopped;

    /// <summary>Number of the last event that is in a file.</summary>
    public long Exported => Interlocked.Read(ref _exported);

    public void Start() => _running = FollowAsync();

    /// <summary>There are new events. Safe from any thread.</summary>
    public void Ring()
    {
        if (_bell.CurrentCount > 0)
        {
            return; // it rings already: an exception for each commit would cost as much as the commit's own work
        }

        try
        {
            _bell.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another has rung in this moment.
        }
    }

    /// <summary>Writes what is durable and not yet in a file, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        await _stop.CancelAsync();
        await _running;
        await TryExportAsync();
        _files.Dispose();
        _stop.Dispose();
        _bell.Dispose();
    }

    private async Task FollowAsync()
    {
        // Not at the start: a server that starts over and over with a wrong clock deletes nothing.
        var tidied = clock.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            var isDone = await TryExportAsync();
            if (isDone && clock.GetElapsedTime(tidied) >= Expiry.Every)
            {
                isDone = TryTidy();
                tidied = clock.GetTimestamp();
            }

            await WaitAsync(isDone ? Expiry.Every : RetryAfter);
        }
    }

    private async Task WaitAsync(TimeSpan atMost)
    {
        using var timeout = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token);
        try
        {
            // After a failure the bell is not listened to: a full disk is not tried again for every request.
            await (atMost == RetryAfter ? Task.Delay(Timeout.InfiniteTimeSpan, either.Token) : _bell.WaitAsync(either.Token));
        }
        catch (OperationCanceledException)
        {
            // Time to look again, or to stop.
        }
    }

    private async Task<bool> TryExportAsync()
    {
        try
        {
            await ExportAsync();
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or StoreException or ObjectDisposedException)
        {
            // How much of the last write is in the file nobody knows: the file is asked.
            _isOpen = false;
            _files.Dispose();
            LogFailed(log, directory, problem);
            return false;
        }
    }

    private async Task ExportAsync()
    {
        if (!_isOpen)
        {
            Interlocked.Exchange(ref _exported, Open());
            _isOpen = true;
            if (store.View.FindAuditBlockBefore(_exported + 1) is { } torn && torn.LastSequence > _exported)
            {
                await AppendAsync(torn);
            }
        }

        while (store.View.FindAuditBlockAfter(_exported) is { } block)
        {
            await AppendAsync(block);
        }
    }

    private async Task AppendAsync(AuditBlock block)
    {
        await _files.AppendAsync(DateOnly.FromDateTime(block.NewestAt.UtcDateTime), LinesAfter(block, _exported));
        Interlocked.Exchange(ref _exported, block.LastSequence);
    }

    /// <summary>The number of the last event in the files; without files, of the event before the store's first.</summary>
    private long Open()
    {
        var start = store.View.AuditStart.Sequence;
        if (_files.Open() is not { } end)
        {
            return start;
        }

        if (end.Sequence < start)
        {
            LogGap(log, end.Sequence + 1, start);
            return start;
        }

        // The store may have forgotten the event itself, but never when it is the newest.
        var block = store.View.FindAuditBlockBefore(end.Sequence + 1);
        if (end.Sequence > start && (block is null || block.LastSequence < end.Sequence || PlaceOf(block, end.Sequence) != end))
        {
            throw new IOException($"the files in {directory} are of another audit log than this server's (event {end.Sequence} is not the same); move them away, and the export begins anew");
        }

        return end.Sequence;
    }

    private static AuditAnchor? PlaceOf(AuditBlock block, long sequence)
    {
        var lines = LinesAfter(block, sequence - 1).Span;
        return AuditChain.FindPlace(lines[..(lines.IndexOf((byte)'\n') + 1)]);
    }

    private static ReadOnlyMemory<byte> LinesAfter(AuditBlock block, long sequence)
    {
        var lines = block.Lines;
        for (var skip = sequence - block.FirstSequence + 1; skip > 0; skip--)
        {
            lines = lines[(lines.Span.IndexOf((byte)'\n') + 1)..];
        }

        return lines;
    }

    private bool TryTidy()
    {
        try
        {
            _files.DeleteOldestBefore(DateOnly.FromDateTime((clock.GetUtcNow() - retention).UtcDateTime));
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            LogFailed(log, directory, problem);
            return false;
        }
    }

    [LoggerMessage(4101, LogLevel.Error, "audit events could not be written to {Directory}; they are safe in the store, and it is tried again")]
    private static partial void LogFailed(ILogger logger, string directory, Exception problem);

    [LoggerMessage(4102, LogLevel.Warning, "audit events {First} to {Last} were forgotten before they were written to a file")]
    private static partial void LogGap(ILogger logger, long first, long last);
}
