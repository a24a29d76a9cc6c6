using System.Collections.Immutable;
using Portlight.AgentProtocol;

namespace Portlight.Agent.Traffic;

/// <summary>
/// What came in to the instances of this machine and what was refused, over a day, and when each element was used last: the differences of counters that are read now and then. What happened while nobody looked is absent.
/// Every member may be called from any thread.
/// </summary>
internal sealed class TrafficMemory
{
    /// <summary>Elements of all instances. An instance is known whole or not at all: a rule has several elements, and would pass for unused where one of them is not known.</summary>
    internal const int MostParts = 20_000;

    /// <summary>Longer than from one look to the next; what was counted in more time than that is of no quarter.</summary>
    internal static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(20);

    /// <summary>An instance that is not here any more is forgotten then: all of its curve is over.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<long, InstanceMemory> _instances = [];
    private DateTimeOffset? _lookedAtAll;
    private int _parts;

    /// <summary>Takes what the counters of an instance say.</summary>
    /// <param name="index">The instance.</param>
    /// <param name="now">The time.</param>
    /// <param name="refused">Packets that were refused to it.</param>
    /// <param name="letIn">Packets that each element has let in.</param>
    internal void Note(long index, DateTimeOffset now, long refused, IReadOnlyList<(CountedPart Part, long Packets)> letIn)
    {
        lock (_lock)
        {
            if (!_instances.TryGetValue(index, out var instance))
            {
                instance = _instances[index] = new InstanceMemory();
            }

            // What was not here at the last look at everything has counted nothing before it.
            var before = instance.ReadAt ?? _lookedAtAll;
            long? quarter = before is { } then && now >= then && now - then <= LongestPause ? DayCurve.QuarterOf(then + ((now - then) / 2)) : null;
            var more = Difference(instance.Counted, refused);
            instance.Counted = refused;
            if (quarter is { } known)
            {
                instance.Refused.Add(known, more);
            }

            if (letIn.Count(one => !instance.Parts.ContainsKey(one.Part)) > MostParts - _parts)
            {
                _parts -= instance.Parts.Count;
                instance.Parts.Clear();
                letIn = [];
            }

            foreach (var (part, packets) in letIn)
            {
                Note_NeedsLock(instance, part, packets, now, quarter, isKnownBefore: before is not null);
            }

            foreach (var gone in instance.Parts.Where(one => now - one.Value.SeenAt > LongestPause).Select(one => one.Key).ToList())
            {
                instance.Parts.Remove(gone);
                _parts--;
            }

            instance.ReadAt = now;
        }
    }

    /// <summary>Every instance that stands was looked at.</summary>
    internal void NoteAll(DateTimeOffset now)
    {
        lock (_lock)
        {
            _lookedAtAll = now;
            foreach (var (index, instance) in _instances.Where(one => now - one.Value.ReadAt > Forgotten).ToList())
            {
                _instances.Remove(index);
                _parts -= instance.Parts.Count;
            }
        }
    }

    /// <summary>What is remembered of some instances; of those that were never looked at, nothing.</summary>
    /// <param name="indexes">The instances.</param>
    /// <param name="now">The time.</param>
    /// <param name="withCurves">The quarters, too.</param>
    /// <param name="most">Elements in all; what would exceed them, and all behind it, is left out, but for the first.</param>
    /// <returns>It, and how many of the indexes it is about.</returns>
    internal (ImmutableArray<InstanceTraffic> Told, int Reached) Read(IReadOnlyList<long> indexes, DateTimeOffset now, bool withCurves, int most)
    {
        var (told, parts, reached, newest) = (ImmutableArray.CreateBuilder<InstanceTraffic>(), 0, 0, DayCurve.QuarterOf(now));
        lock (_lock)
        {
            foreach (var index in indexes)
            {
                var instance = _instances.GetValueOrDefault(index);
                parts += instance?.Parts.Count ?? 0;
                if (parts > most && reached > 0)
                {
                    break;
                }

                reached++;
                if (instance is not null)
                {
                    told.Add(new InstanceTraffic(
                        index,
                        withCurves ? Curve(instance.Refused.At) : [],
                        [.. instance.Parts.Select(one => new PartTraffic(
                            one.Key.Protocol, one.Key.Port, one.Key.Source, one.Value.Since, one.Value.UsedAt, withCurves ? Curve(quarter => LetIn(instance, one.Value, quarter)) : []))]));
                }
            }
        }

        return (told.ToImmutable(), reached);

        ImmutableArray<long?> Curve(Func<long, long?> at) => [.. Enumerable.Range(0, DayCurve.Quarters).Select(i => at(newest - DayCurve.Quarters + 1 + i))];
    }

    /// <summary>All of it, as bytes that <see cref="ReadFrom"/> reads.</summary>
    internal void WriteTo(BinaryWriter writer)
    {
        lock (_lock)
        {
            TrafficBytes.Write(writer, _lookedAtAll, _instances);
        }
    }

    /// <exception cref="IOException">These are not such bytes.</exception>
    internal static TrafficMemory ReadFrom(BinaryReader reader, bool isOfThisBoot)
    {
        var memory = new TrafficMemory();
        memory._lookedAtAll = TrafficBytes.Read(reader, memory._instances, isOfThisBoot);
        memory._parts = memory._instances.Values.Sum(instance => instance.Parts.Count);
        return memory;
    }

    private void Note_NeedsLock(InstanceMemory instance, CountedPart part, long packets, DateTimeOffset now, long? quarter, bool isKnownBefore)
    {
        if (!instance.Parts.TryGetValue(part, out var memory))
        {
            memory = instance.Parts[part] = new PartMemory { Since = now };
            _parts++;
        }

        var more = Difference(memory.Counted, packets);
        (memory.Counted, memory.SeenAt) = (packets, now);
        // What was counted before anybody looked may be of any time.
        if (more > 0 && isKnownBefore)
        {
            memory.UsedAt = now;
            if (quarter is { } known)
            {
                (memory.LetIn ??= new DayCurve()).Add(known, more);
            }
        }
    }

    /// <summary>A quarter in which the instance was looked at and the element let nothing in is one without packets, from when there was the element.</summary>
    private static long? LetIn(InstanceMemory instance, PartMemory part, long quarter) =>
        part.LetIn?.At(quarter) ?? (quarter >= DayCurve.QuarterOf(part.Since) && instance.Refused.At(quarter) is not null ? 0 : null);

    /// <summary>A counter that says less than before has begun anew.</summary>
    private static long Difference(long before, long now) => now >= before ? now - before : now;
}
