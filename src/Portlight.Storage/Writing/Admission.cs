namespace Portlight.Storage;

/// <summary>
/// How many writes are on their way at once, of all accounts and of one, or how many requests are worked at: what finds no room waits without a thread. Room goes to the accounts in turn, so one
/// that floods the store or the processors delays another by little more than what has room already.
/// </summary>
/// <param name="mostOfAll">How many of all.</param>
/// <param name="mostOfOne">Of these, of an account that is alone.</param>
/// <param name="mostBesideOthers">Of these, of one account while another has come a moment ago.</param>
/// <param name="clock">Measures that moment.</param>
internal sealed class Admission(int mostOfAll, int mostOfOne, int mostBesideOthers, TimeProvider clock)
{
    /// <summary>An account that waits for each answer is not there between two of its writes; room that others took meanwhile would be in front of its next.</summary>
    internal static readonly TimeSpan Remembered = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);
    private readonly Queue<Line> _turns = [];
    private Line? _left;
    private int _entered;
    private string? _last;
    private long? _lastShared;

    /// <summary>An account alone may have more on their way than one that would keep others waiting for it.</summary>
    private int MostOfOne_NeedsLock => _lines.Count > 1 || (_lastShared is { } then && clock.GetElapsedTime(then) < Remembered) ? mostBesideOthers : mostOfOne;

    /// <summary>Returns when there is room; each is followed by <see cref="Leave"/>.</summary>
    public ValueTask EnterAsync(string account, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_last != account)
            {
                _lastShared = _last is null ? null : clock.GetTimestamp();
                _last = account;
            }

            if (!_lines.TryGetValue(account, out var line))
            {
                // Nearly always the one that has just left.
                _lines[account] = line = _left?.Account == account ? _left : new Line(account);
                _left = null;
            }

            if (line.Waiting.Count == 0 && line.Entered < MostOfOne_NeedsLock && _entered < mostOfAll)
            {
                line.Entered++;
                _entered++;
                return ValueTask.CompletedTask;
            }

            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            line.Waiting.Enqueue(waiter);
            GiveTurns_NeedsLock(line);
            return new ValueTask(WaitAsync(account, waiter, cancellationToken));
        }
    }

    public void Leave(string account)
    {
        lock (_gate)
        {
            var line = _lines[account];
            line.Entered--;
            _entered--;
            GiveTurns_NeedsLock(line);
            if (line.Entered == 0 && line.Waiting.Count == 0)
            {
                _lines.Remove(account);
                _left = line;
                if (_lines.Count == 1)
                {
                    GiveTurns_NeedsLock(_lines.Values.First()); // it is alone now
                }
            }
        }
    }

    /// <summary>A wait that was given up leaves its place behind, which is passed over; or, let in at the same moment, its room, which is given back.</summary>
    private async Task WaitAsync(string account, TaskCompletionSource waiter, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), waiter);
        await waiter.Task.ConfigureAwait(false);
        if (cancellationToken.IsCancellationRequested)
        {
            Leave(account);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Lets in as many as there is room for, one of each account after the other.</summary>
    private void GiveTurns_NeedsLock(Line changed)
    {
        Queue_NeedsLock(changed);
        while (_entered < mostOfAll && _turns.TryDequeue(out var line))
        {
            line.HasTurn = false;
            while (line.Entered < MostOfOne_NeedsLock && line.Waiting.TryDequeue(out var waiter))
            {
                if (waiter.TrySetResult())
                {
                    line.Entered++;
                    _entered++;
                    break;
                }
            }

            if (line.Entered == 0 && line.Waiting.Count == 0)
            {
                _lines.Remove(line.Account); // all of its waits were given up
            }

            Queue_NeedsLock(line);
        }
    }

    private void Queue_NeedsLock(Line line)
    {
        if (!line.HasTurn && line.Waiting.Count > 0 && line.Entered < MostOfOne_NeedsLock)
        {
            line.HasTurn = true;
            _turns.Enqueue(line);
        }
    }

    /// <summary>One account's.</summary>
    private sealed class Line(string account)
    {
        public string Account { get; } = account;

        public Queue<TaskCompletionSource> Waiting { get; } = [];

        public int Entered { get; set; }

        /// <summary>Whether it stands among those whose turn comes.</summary>
        public bool HasTurn { get; set; }
    }
}
