namespace Portlight.Nftables;

/// <summary>What becomes of a connection that is open when its port closes.</summary>
public enum ConnectionPolicy
{
    /// <summary>It stops passing in the same commit: every inbound packet meets the port set, and only replies pass by connection state.</summary>
    Cut,

    /// <summary>It lives on until it ends, as AWS security groups let it.</summary>
    Drain,
}
