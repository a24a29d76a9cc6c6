namespace Portlight.Cluster.Chaos;

/// <summary>The only ports of an instance that are open, and what a look at it needs to send: packets to both ends of the range, and to the ports beside it.</summary>
internal readonly record struct OpenRange(int First, int Last)
{
    /// <summary>Ports, and whether a packet to them has to pass.</summary>
    public IReadOnlyList<(int Port, bool Passes)> Looks
    {
        get
        {
            (int Port, bool Passes)[] all = [(First - 1, false), (First, true), (Last, true), (Last + 1, false)];
            return [.. all.Where(look => look.Port is > 0 and <= 65_535)];
        }
    }

    /// <summary>What became of the packets of <see cref="Looks"/> otherwise than it had to.</summary>
    /// <param name="passed">Whether each has passed, in their order.</param>
    public IReadOnlyList<string> Differences(IReadOnlyList<bool> passed)
    {
        var range = $"{First} to {Last}";
        return [.. Looks.Zip(passed).Where(one => one.First.Passes != one.Second).Select(one => $"open {range}: a packet to {one.First.Port} {(one.Second ? "passes" : "does not pass")}")];
    }
}
