using Google.Protobuf;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Wire;
using Portlight.Domain;

namespace Portlight.AgentStream.Agent;

/// <summary>
/// What is in force on this machine, instance by instance, as it was sent; and of which position. It is the agent's memory across restarts: whatever is told to
/// <see cref="Changed"/> is what a start without a server begins with.
/// </summary>
public sealed class KeptSet
{
    // A session asks for the digest while something changes.
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Desired> _all = [];
    // Made when a server asks for it, and kept up from then on: a hash takes the library that TLS takes, which is not to be loaded before the rules are in force.
    private SetDigest? _digest;
    private readonly Dictionary<long, Desired?> _pending = [];

    /// <param name="all">What was kept; none at the first start.</param>
    /// <param name="position">Its position.</param>
    public KeptSet(IEnumerable<Desired> all, Position? position)
    {
        foreach (var one in all)
        {
            _all[one.Index] = one;
        }

        Position = position ?? new Position();
    }

    /// <summary>Called with what has changed (null for what is gone) and the position, before a server is told. It must not throw.</summary>
    public Action<IReadOnlyDictionary<long, Desired?>, Position> Changed { get; set; } = (_, _) => { };

    /// <summary>Called with what is kept of an instance from now on; null for nothing.</summary>
    internal Action<long, Desired?> Noted { get; set; } = (_, _) => { };

    /// <summary>Nobody knows what is in force, until a server has said what is to be: the memory was lost.</summary>
    public static KeptSet Unknown() => new([], null) { IsKnown = false };

    /// <summary>Why an instance that was kept cannot be read by this build; null when it can.</summary>
    public static string? WhyUnreadable(Desired desired) => States.Problem(desired);

    /// <summary>Where an instance that was kept is attached; null when this build cannot read it.</summary>
    public static Attachment? PlaceOf(Desired desired) => InstanceOf(desired)?.Attachment;

    /// <summary>An instance that was kept; null when this build cannot read it.</summary>
    public static DesiredInstance? InstanceOf(Desired desired) => States.Problem(desired) is null ? States.Read(desired) : null;

    /// <summary>False: what is in the kernel is left alone.</summary>
    public bool IsKnown { get; private set; } = true;

    /// <summary>Why changes are not kept at present; null when they are.</summary>
    public string? Problem { get; set; }

    public IReadOnlyCollection<Desired> All => _all.Values;

    public Position Position { get; private set; }

    internal ByteString Digest
    {
        get
        {
            lock (_gate)
            {
                return IsKnown ? (_digest ??= SetDigest.Sum(_all.Values)).Value : ByteString.Empty;
            }
        }
    }

    internal Desired? Find(long index) => _all.GetValueOrDefault(index);

    /// <summary>Null for what is gone.</summary>
    internal void Put(long index, Desired? desired)
    {
        Desired? before;
        lock (_gate)
        {
            if (_all.Remove(index, out before))
            {
                _digest?.Flip(before);
            }

            if (desired is not null)
            {
                _all.Add(index, desired);
                _digest?.Flip(desired);
            }
        }

        if (!Equals(before, desired))
        {
            Noted(index, desired);
            _pending[index] = desired;
        }
    }

    /// <summary>Everything is in force that a server wants.</summary>
    internal void Know() => IsKnown = true;

    internal void Move(Position position) => Position = position;

    /// <summary>Tells what has changed since it was told last.</summary>
    internal void Keep()
    {
        if (!IsKnown)
        {
            return;
        }

        Changed(new Dictionary<long, Desired?>(_pending), Position);
        _pending.Clear();
    }
}
