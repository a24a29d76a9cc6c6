using Portlight.Api;
using Portlight.Background;

namespace Portlight.Audit;

/// <summary>Calls that have no event of their own, counted by their callers, why they have none and how they ended, until an event tells it.</summary>
internal sealed class UnrecordedCalls(TimeProvider clock)
{
    /// <summary>The log could not be written.</summary>
    public const string NotWritten = "the audit log could not be written";

    /// <summary>They would have filled more of the log than one key may.</summary>
    public const string TooMuch = "more than the audit log takes of one access key";

    /// <summary>They would have filled more of the log than all keys of one account may.</summary>
    public const string TooMuchOfAccount = "more than the audit log takes of one account";

    /// <summary>Verified keys are as many as callers make; beyond this their calls are told together.</summary>
    internal const int MaxGaps = 1_000;

    private const string Others = "several";

    private readonly Lock _gate = new();
    private readonly Bell _bell = new();
    private Dictionary<(string Account, string Key, string Reason), UnrecordedGap> _gaps = [];
    private long _total;

    /// <summary>All that there ever were.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>Counts a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="accountId">The account whose event it would have been.</param>
    /// <param name="reason">Why it has no event.</param>
    /// <param name="errorCode">What the caller is told; null when the call succeeded.</param>
    public void Note(Call call, string accountId, string reason, string? errorCode)
    {
        Interlocked.Increment(ref _total);
        var now = clock.GetUtcNow();
        var key = call.Principal.Type == PrincipalType.Anonymous ? UnrecordedGap.Nobody : call.Principal.OriginKeyId;
        lock (_gate)
        {
            if (!_gaps.TryGetValue((accountId, key, reason), out var gap))
            {
                key = _gaps.Count < MaxGaps ? key : Others;
                gap = _gaps.TryGetValue((accountId, key, reason), out var shared) ? shared : _gaps[(accountId, key, reason)] = new UnrecordedGap(accountId, key, reason, now);
            }

            gap.Count(call.Operation.Length == 0 ? "Unknown" : call.Operation, errorCode, now);
        }

        _bell.Ring();
    }

    /// <summary>Completes when there is something to tell.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken) => _bell.WaitAsync(cancellationToken);

    /// <summary>How many are still to be told, of those that the log could have been written for.</summary>
    public long CountUntold()
    {
        lock (_gate)
        {
            return _gaps.Values.Where(gap => gap.Key.Reason != NotWritten).Sum(gap => gap.Calls);
        }
    }

    /// <summary>All that is to be told; it is not here any more.</summary>
    public IReadOnlyList<UnrecordedGap> TakeAll()
    {
        lock (_gate)
        {
            IReadOnlyList<UnrecordedGap> taken = [.. _gaps.Values];
            _gaps = [];
            return taken;
        }
    }

    /// <summary>These could not be told.</summary>
    public void PutBack(IEnumerable<UnrecordedGap> untold)
    {
        lock (_gate)
        {
            foreach (var gap in untold)
            {
                if (!_gaps.TryAdd(gap.Key, gap))
                {
                    gap.Add(_gaps[gap.Key]);
                    _gaps[gap.Key] = gap;
                }
            }
        }
    }
}
