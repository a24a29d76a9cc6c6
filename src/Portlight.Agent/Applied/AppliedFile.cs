using Microsoft.Extensions.Logging;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Agent.Applied;

/// <summary>
/// Keeps what the kernel holds in a file, so that a boot can load it before there is a server or a network. It is on the disk a quarter of a second after the
/// commit, and at once when a place is attached for the first time or for the last. The store knows more: the server corrects what differs when it starts.
/// What the run before has left on the disk counts: a start that changes nothing writes nothing, and nobody waits for what is there already.
/// </summary>
internal sealed partial class AppliedFile : IDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    // Two locks, because a commit does not wait for the disk: the first is held while it writes. Never taken the other way round.
    private readonly Lock _writeLock = new();
    private readonly Lock _pendingLock = new();

    private readonly string _path;
    private readonly InstallationId _installation;
    private readonly AppliedLog _disk;
    private readonly ILogger _log;
    private readonly ITimer _timer;
    private bool _isFailing;

    // Read beside everything else that a start has to do; null when it has been looked at.
    private Task<FormerFile?>? _former;

    private readonly HashSet<string> _lasting = new(StringComparer.Ordinal);
    private Dictionary<string, FilteredAttachment?> _changed = new(StringComparer.Ordinal);
    private Ruleset? _whole;
    private bool _isTimed;
    private bool _isDisposed;

    internal AppliedFile(string path, InstallationId installation, TimeProvider clock, ILogger log)
    {
        (_path, _installation) = (path, installation);
        _disk = new AppliedLog(path, installation);
        _log = log;
        _former = Task.Run(() => FormerFile.Read(path));
        _timer = clock.CreateTimer(_ => Flush(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes note of a commit; called in the order of commits. A failing disk is told in the log and tried again, and stops no commit.</summary>
    internal void Record(RulesetChange change)
    {
        bool isUrgent;
        lock (_pendingLock)
        {
            isUrgent = Note_NeedsLock(change);
            if (!isUrgent)
            {
                FlushAfter_NeedsLock(Delay);
            }
        }

        if (isUrgent)
        {
            Flush();
        }
    }

    /// <summary>Writes what is noted, and returns when it is on the disk.</summary>
    internal void Flush()
    {
        lock (_writeLock)
        {
            Ruleset? whole;
            Dictionary<string, FilteredAttachment?> changed;
            lock (_pendingLock)
            {
                (whole, changed) = (_whole, _changed);
                (_whole, _changed) = (null, new(StringComparer.Ordinal));
                _isTimed = false;
            }

            if (whole is not null || changed.Count > 0 || _isFailing)
            {
                Write_NeedsLock(whole, changed);
            }
        }
    }

    public void Dispose()
    {
        lock (_pendingLock)
        {
            _isDisposed = true;
        }

        Flush();
        Interlocked.Exchange(ref _former, null)?.GetAwaiter().GetResult()?.Dispose();
        lock (_writeLock)
        {
            _timer.Dispose();
            _disk.Dispose();
            _isFailing = false;
        }
    }

    /// <summary>True when it must be on the disk before anybody is told: a place that outlives a boot comes or goes.</summary>
    private bool Note_NeedsLock(RulesetChange change)
    {
        var isUrgent = false;
        if (change.Whole is { } whole)
        {
            GoOn_NeedsLock(whole.Options);
            _whole = whole;
            _changed.Clear();
            isUrgent = _lasting.RemoveWhere(key => !whole.Attachments.ContainsKey(key)) > 0;
            foreach (var attachment in whole.Attachments.Values)
            {
                isUrgent |= IsLasting(attachment) && _lasting.Add(attachment.Key);
            }
        }

        foreach (var (key, attachment) in change.Changed)
        {
            _changed[key] = attachment;
            isUrgent |= attachment is null ? _lasting.Remove(key) : IsLasting(attachment) && _lasting.Add(key);
        }

        return isUrgent;
    }

    /// <summary>At the first commit, which is one of everything: the file that is there is gone on with, if it is of these options.</summary>
    private void GoOn_NeedsLock(RulesetOptions options)
    {
        if (Interlocked.Exchange(ref _former, null)?.GetAwaiter().GetResult() is not { } former)
        {
            return;
        }

        if (former.IsOf(_installation, options))
        {
            _lasting.UnionWith(former.LastingKeys);
            _disk.GoOnWith(former, options);
        }
        else
        {
            former.Dispose();
        }
    }

    // Lab instances are in a peer group; their links do not outlive a boot.
    private static bool IsLasting(FilteredAttachment attachment) => attachment.PeerGroup is null;

    private void Write_NeedsLock(Ruleset? whole, Dictionary<string, FilteredAttachment?> changed)
    {
        try
        {
            _disk.Write(whole, changed);
            _isFailing = false;
        }
        catch (Exception exception)
        {
            // Whatever it is: the log knows what it has to write, and what leaves a timer would end the process.
            if (!_isFailing)
            {
                _isFailing = true;
                LogFailure(_log, _path, exception.Message);
            }

            lock (_pendingLock)
            {
                FlushAfter_NeedsLock(RetryDelay);
            }
        }
    }

    private void FlushAfter_NeedsLock(TimeSpan delay)
    {
        if (!_isTimed && !_isDisposed)
        {
            _isTimed = true;
            _timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }

    [LoggerMessage(3011, LogLevel.Error, "{Path}, from which a boot restores the rules, cannot be written, and is tried again: {Problem}")]
    private static partial void LogFailure(ILogger logger, string path, string problem);
}
