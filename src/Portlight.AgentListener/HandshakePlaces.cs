using Portlight.Domain;

namespace Portlight.AgentListener;

/// <summary>
/// Places for handshakes, given to sources in turn: one that waits with a thousand connections gets no more of them than one that waits with a single one. A part is for sources that an admitted host
/// has come from, which come first; so sources that begin handshakes and end none, however many they are, keep no host away that was here before. A source may wait with as many connections as there
/// is room left, so that there is always room for another source.
/// </summary>
internal sealed class HandshakePlaces(HandshakeLimits limits)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Cidr, Source> _sources = [];
    private readonly Queue<Source> _ready = new();
    private readonly Queue<Source> _readyKnown = new();
    private readonly HashSet<Cidr> _known = [];
    private readonly Queue<Cidr> _knownInOrder = new();
    private int _free = limits.AtATime;
    private int _waiting;

    /// <summary>A host that was admitted has come from there.</summary>
    internal void Know(Cidr source)
    {
        lock (_gate)
        {
            if (_known.Add(source))
            {
                _knownInOrder.Enqueue(source);
                if (_knownInOrder.Count > limits.Connections)
                {
                    _known.Remove(_knownInOrder.Dequeue());
                }
            }
        }
    }

    /// <summary>Whether a connection may wait; then <see cref="StopWaiting"/> is to be called when it does no more.</summary>
    internal bool TryWait(Cidr block)
    {
        lock (_gate)
        {
            var waits = _sources.GetValueOrDefault(block)?.Waiting ?? 0;
            if (waits >= Math.Min(limits.WaitingOfOneSource, limits.Connections / 2 - _waiting))
            {
                return false;
            }

            Of_NeedsLock(block).Waiting++;
            _waiting++;
            return true;
        }
    }

    internal void StopWaiting(Cidr block)
    {
        lock (_gate)
        {
            _waiting--;
            _sources[block].Waiting--;
            Forget_NeedsLock(_sources[block]);
        }
    }

    /// <summary>Waits for a place, which is to be left when this is true.</summary>
    internal async Task<bool> EnterAsync(Cidr block, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var turn = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            var source = Of_NeedsLock(block);
            source.Turns.Enqueue(turn);
            MakeReady_NeedsLock(source);
            Give_NeedsLock();
        }

        try
        {
            return await turn.Task.WaitAsync(atMost, cancellationToken);
        }
        catch (Exception) when (!turn.TrySetResult(false))
        {
            // It was given the place in this moment.
            if (cancellationToken.IsCancellationRequested)
            {
                Leave(block);
                throw;
            }

            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    internal void Leave(Cidr block)
    {
        lock (_gate)
        {
            var source = _sources[block];
            source.InUse--;
            _free++;
            MakeReady_NeedsLock(source);
            Give_NeedsLock();
            Forget_NeedsLock(source);
        }
    }

    private void Give_NeedsLock()
    {
        while (_free > 0 && (_readyKnown.TryDequeue(out var source) || (_free > limits.ForKnownSources && _ready.TryDequeue(out source))))
        {
            source.IsReady = false;
            while (source.Turns.TryDequeue(out var turn))
            {
                // One that has given up is passed over.
                if (turn.TrySetResult(true))
                {
                    source.InUse++;
                    _free--;
                    break;
                }
            }

            MakeReady_NeedsLock(source);
            Forget_NeedsLock(source);
        }
    }

    /// <summary>It gets its turn behind those that wait for theirs.</summary>
    private void MakeReady_NeedsLock(Source source)
    {
        if (!source.IsReady && source.Turns.Count > 0 && source.InUse < limits.OfOneSource)
        {
            source.IsReady = true;
            (_known.Contains(source.Block) ? _readyKnown : _ready).Enqueue(source);
        }
    }

    private Source Of_NeedsLock(Cidr block)
    {
        if (!_sources.TryGetValue(block, out var source))
        {
            _sources.Add(block, source = new Source(block));
        }

        return source;
    }

    private void Forget_NeedsLock(Source source)
    {
        if (source is { InUse: 0, Waiting: 0, IsReady: false, Turns.Count: 0 })
        {
            _sources.Remove(source.Block);
        }
    }

    private sealed class Source(Cidr block)
    {
        public Cidr Block { get; } = block;

        public Queue<TaskCompletionSource<bool>> Turns { get; } = new();

        public int InUse { get; set; }

        public int Waiting { get; set; }

        public bool IsReady { get; set; }
    }
}
