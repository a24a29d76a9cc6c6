using Portlight.Agent.Enforcement;
using Portlight.AgentProtocol;
using Portlight.Nftables;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Traffic;

/// <summary>
/// Reads the counters of what stands at the end of each quarter of an hour, and when somebody asks about an instance, and remembers what is more than before. It reads by sockets of its own and holds the agent's lock only while it is told
/// what stands, so no change waits for it.
/// </summary>
internal sealed class TrafficSampler : IDisposable
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private readonly Enforcer _enforcer;
    private readonly Lock _gate;
    private readonly ConnectionPolicy? _counted;
    private readonly TrafficFile? _file;
    private readonly TimeProvider _clock;
    private readonly Action<string> _note;
    private readonly ITimer _timer;
    // One look at a time; not held while anybody waits for the agent's lock.
    private readonly Lock _looking = new();
    private TrafficMemory? _memory;
    private bool _isBegun;
    private bool _hasLookedAtAll;
    private volatile bool _isEnded;

    /// <param name="enforcer">Knows what stands.</param>
    /// <param name="gate">Held while it is asked.</param>
    /// <param name="counted">What becomes of connections when ports close; null where packets are not counted.</param>
    /// <param name="file">Where it is kept; null for nowhere.</param>
    /// <param name="clock">The time.</param>
    /// <param name="note">Told what is wrong with it.</param>
    internal TrafficSampler(Enforcer enforcer, Lock gate, ConnectionPolicy? counted, TrafficFile? file, TimeProvider clock, Action<string> note)
    {
        (_enforcer, _gate, _counted, _file, _clock, _note) = (enforcer, gate, counted, file, clock, note);
        _timer = clock.CreateTimer(_ => LookAtAll(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Everything stands that is to stand: from now on it is looked at.</summary>
    internal void Begin()
    {
        if (!Interlocked.Exchange(ref _isBegun, true))
        {
            _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>What is remembered of some instances.</summary>
    /// <param name="indexes">The instances.</param>
    /// <param name="withCurves">Of one or a few: they are looked at before, and the quarters are told, too.</param>
    /// <exception cref="AgentException">The kernel cannot be asked.</exception>
    internal TrafficHistory Read(IReadOnlyList<long> indexes, bool withCurves)
    {
        lock (_looking)
        {
            try
            {
                var memory = _memory ??= _file?.Read() ?? new TrafficMemory();
                if (_isBegun && !_hasLookedAtAll)
                {
                    // What is counted from now on is more than what was counted before.
                    LookAtAll_NeedsLock(memory);
                }

                if (withCurves && _isBegun)
                {
                    Look_NeedsLock(memory, Standing(indexes));
                }

                var now = _clock.GetUtcNow();
                var (told, reached) = memory.Read(indexes, now, withCurves, TrafficHistory.MostParts);
                return new TrafficHistory(_counted is not null, DayCurve.BeginOf(DayCurve.QuarterOf(now)), told, reached);
            }
            catch (NetlinkException exception)
            {
                throw new AgentException(exception.Message, exception);
            }
        }
    }

    public void Dispose()
    {
        _isEnded = true;
        _timer.Dispose();
        lock (_looking)
        {
            if (_isBegun && _memory is { } memory)
            {
                Keep_NeedsLock(memory);
            }
        }
    }

    private void LookAtAll()
    {
        lock (_looking)
        {
            if (_isEnded)
            {
                return;
            }

            try
            {
                LookAtAll_NeedsLock(_memory ??= _file?.Read() ?? new TrafficMemory());
            }
            catch (Exception exception)
            {
                // Whatever it was: what was not read is absent, and the machine is filtered all the same.
                _note($"what came in cannot be counted: {exception.Message}");
            }

            _timer.Change(UntilNextQuarter(), Timeout.InfiniteTimeSpan);
        }
    }

    private void LookAtAll_NeedsLock(TrafficMemory memory)
    {
        Look_NeedsLock(memory, Standing(null));
        memory.NoteAll(_clock.GetUtcNow());
        _hasLookedAtAll = true;
        Keep_NeedsLock(memory);
    }

    private void Look_NeedsLock(TrafficMemory memory, List<(long Index, FilteredAttachment Filtered)> standing)
    {
        var refused = KernelRefusals.CountAll([.. standing.Select(one => one.Filtered)]);
        for (var i = 0; i < standing.Count && !_isEnded; i++)
        {
            // Of what nothing filters nothing is counted, and that is no quarter without packets.
            if (refused[i] is { } packets)
            {
                var letIn = _counted is { } policy ? KernelCounters.Find(standing[i].Filtered, policy) : [];
                memory.Note(standing[i].Index, _clock.GetUtcNow(), packets, [.. letIn.Select(one => (new CountedPart(one.Protocol, one.Port, one.Source), one.Packets))]);
            }
        }
    }

    private List<(long Index, FilteredAttachment Filtered)> Standing(IReadOnlyList<long>? indexes)
    {
        lock (_gate)
        {
            return _enforcer.FilteredOf(indexes);
        }
    }

    private void Keep_NeedsLock(TrafficMemory memory)
    {
        try
        {
            _file?.Write(memory);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            _note($"what came in is not kept: {problem.Message}");
        }
    }

    private TimeSpan UntilNextQuarter() => TimeSpan.FromTicks(Quarter.Ticks - (_clock.GetUtcNow().UtcTicks % Quarter.Ticks));
}
