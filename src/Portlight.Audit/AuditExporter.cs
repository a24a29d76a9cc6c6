using Microsoft.Extensions.Logging;
using Portlight.Api;
using Portlight.Background;
using Portlight.Storage;

namespace Portlight.Audit;

/// <summary>
/// Copies the audit log into files, a line for each event, for whatever ships logs elsewhere. It asks the files what they have and the store what comes next, so
/// that a start, a crash, a full disk and a day without files all end the same way. No request ever waits for it.
/// </summary>
internal sealed partial class AuditExporter : IAsyncDisposable
{
    /// <summary>How long after a failure it is tried again.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Events that come within this time after an export are written together: a write for each commit of a busy server would take a twentieth of its processor time.</summary>
    public static readonly TimeSpan Together = TimeSpan.FromMilliseconds(20);

    private readonly IStore _store;
    private readonly string _directory;
    private readonly TimeSpan _retention;
    private readonly TimeProvider _clock;
    private readonly ILogger<AuditExporter> _log;
    private readonly AuditFiles _files;
    private readonly Bell _bell = new();
    private readonly BackgroundLoop _loop;
    private long _exported;
    private long _tidied;
    private bool _isOpen;
    private bool _isStopped;

    public AuditExporter(IStore store, string directory, TimeSpan retention, TimeProvider clock, ILogger<AuditExporter> log)
    {
        (_store, _directory, _retention, _clock, _log) = (store, directory, retention, clock, log);
        _files = new AuditFiles(directory);
        _loop = new BackgroundLoop("export of the audit log", FollowAsync, clock, log) { PauseAfterFailure = RetryAfter };
    }

    /// <summary>Number of the last event that is in a file.</summary>
    public long Exported => Interlocked.Read(ref _exported);

    public void Start()
    {
        // Not at the start: a server that starts over and over with a wrong clock deletes nothing.
        _tidied = _clock.GetTimestamp();
        _loop.Start();
    }

    /// <summary>There are new events. Safe from any thread.</summary>
    public void Ring() => _bell.Ring();

    /// <summary>Writes what is durable and not yet in a file, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        await _loop.DisposeAsync();
        await TryExportAsync();
        _files.Dispose();
    }

    private async Task FollowAsync(CancellationToken stopping)
    {
        var isDone = await TryExportAsync();
        if (isDone && _clock.GetElapsedTime(_tidied) >= Expiry.Every)
        {
            isDone = TryTidy();
            _tidied = _clock.GetTimestamp();
        }

        if (isDone)
        {
            await Task.Delay(Together, _clock, stopping);
        }

        await WaitAsync(isDone ? Expiry.Every : RetryAfter, stopping);
    }

    private async Task WaitAsync(TimeSpan atMost, CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(atMost, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            // After a failure the bell is not listened to: a full disk is not tried again for every request.
            await (atMost == RetryAfter ? Task.Delay(Timeout.InfiniteTimeSpan, either.Token) : _bell.WaitAsync(either.Token).AsTask());
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
        catch (Exception problem)
        {
            // How much of the last write is in the file nobody knows: the file is asked.
            _isOpen = false;
            _files.Dispose();
            LogFailed(_log, _directory, problem);
            return false;
        }
    }

    private async Task ExportAsync()
    {
        if (!_isOpen)
        {
            Interlocked.Exchange(ref _exported, Open());
            _isOpen = true;
            if (_store.View.FindAuditBlockBefore(_exported + 1) is { } torn && torn.LastSequence > _exported)
            {
                await AppendAsync(torn);
            }
        }

        while (_store.View.FindAuditBlockAfter(_exported) is { } block)
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
        var start = _store.View.AuditStart.Sequence;
        if (_files.Open() is not { } end)
        {
            return start;
        }

        if (end.Sequence < start)
        {
            LogGap(_log, end.Sequence + 1, start);
            return start;
        }

        // The store may have forgotten the event itself, but never when it is the newest.
        var block = _store.View.FindAuditBlockBefore(end.Sequence + 1);
        if (end.Sequence > start && (block is null || block.LastSequence < end.Sequence || PlaceOf(block, end.Sequence) != end))
        {
            throw new IOException($"the files in {_directory} are of another audit log than this server's (event {end.Sequence} is not the same); move them away, and the export begins anew");
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
            _files.DeleteOldestBefore(DateOnly.FromDateTime((_clock.GetUtcNow() - _retention).UtcDateTime));
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            LogFailed(_log, _directory, problem);
            return false;
        }
    }

    [LoggerMessage(4101, LogLevel.Error, "audit events could not be written to {Directory}; they are safe in the store, and it is tried again")]
    private static partial void LogFailed(ILogger logger, string directory, Exception problem);

    [LoggerMessage(4102, LogLevel.Warning, "audit events {First} to {Last} were forgotten before they were written to a file")]
    private static partial void LogGap(ILogger logger, long first, long last);
}
