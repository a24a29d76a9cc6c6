using Portlight.AgentStream.Wire;

namespace Portlight.AgentStream.Agent;

/// <summary>Puts the parts of a round together.</summary>
internal sealed class RoundParts
{
    /// <summary>More is no host's.</summary>
    private const int MaxInstances = 1_000_000;

    private Round? _whole;

    /// <summary>The round, when this was its last part; null before.</summary>
    /// <exception cref="StreamFaultException">It is not the next part, or too much.</exception>
    internal Round? Take(Round part)
    {
        if (_whole is null)
        {
            _whole = part;
        }
        else if (part.Id != _whole.Id || part.Kind != _whole.Kind)
        {
            throw new StreamFaultException($"round {part.Id} begins before round {_whole.Id} is whole");
        }
        else
        {
            _whole.Changed.Add(part.Changed);
            _whole.Removed.Add(part.Removed);
            (_whole.Position, _whole.Digest) = (part.Position, part.Digest);
        }

        if (_whole.Changed.Count > MaxInstances)
        {
            throw new StreamFaultException($"round {part.Id} has more than {MaxInstances} instances");
        }

        if (part.More)
        {
            return null;
        }

        var whole = _whole;
        _whole = null;
        return whole.Position is null ? throw new StreamFaultException($"round {part.Id} has no position")
            : whole.Changed.DistinctBy(one => one.Index).Count() != whole.Changed.Count ? throw new StreamFaultException($"round {part.Id} has an instance twice")
            : whole;
    }
}
