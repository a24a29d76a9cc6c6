namespace Portlight.Nftables.Compiling;

/// <summary>
/// What a frame's mark says between the family bridge, which knows the port and not the connection, and the family inet, which knows the connection and not the port. The
/// upper eight bits say what it is, the others which device. Set and taken away on the way through this machine; no frame brings one along.
/// </summary>
internal static class BridgeMark
{
    internal const uint KindMask = 0xff000000;

    /// <summary>It came in by this port.</summary>
    internal const uint Arrival = 0xb1000000;

    /// <summary>It is a reply to what was begun by this port.</summary>
    internal const uint Reply = 0xb2000000;

    /// <summary>It is an error about a connection, whosever that is.</summary>
    internal const uint Error = Reply;

    /// <summary>No device has a number this high unless many millions were made; it would get no replies.</summary>
    internal const uint LastDevice = ~KindMask;
}
