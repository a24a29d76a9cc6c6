using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Agent;

/// <summary>What an agent is told at its start and keeps to.</summary>
public sealed record AgentOptions
{
    /// <summary>The usual name of <see cref="TrafficFile"/> in a data directory.</summary>
    public const string TrafficFileName = "traffic";

    /// <summary>Whose rules and lab instances these are.</summary>
    public required InstallationId Installation { get; init; }

    /// <summary>What a second agent in the same network namespace is told about this one.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>What was put into the kernel before there was an agent, and stays until the first synchronisation: what others change of it is put back. Null: what is there is left alone until then.</summary>
    public Restoration? Holds { get; init; }

    /// <summary>Replace what another installation has in the kernel, instead of refusing to start.</summary>
    public bool TakesOver { get; init; }

    /// <summary>Own the table where the kernel can; false: as if it could not.</summary>
    public bool MayOwnTable { get; init; } = true;

    /// <summary>What becomes of an open connection when its port closes.</summary>
    public ConnectionPolicy Connections { get; init; } = ConnectionPolicy.Cut;

    /// <summary>Count the packets that each open port lets in, where the kernel can.</summary>
    public bool CountsPackets { get; init; }

    /// <summary>Where a control plane on this machine listens, unless on loopback only: stays open on a host attachment, or the next Put could not arrive.</summary>
    public ImmutableArray<ListenAddress> ListenAddresses { get; init; } = [];

    /// <summary>The file that keeps what the kernel holds for the next boot (<see cref="Restoration"/>); null where there is none.</summary>
    public string? AppliedFile { get; init; }

    /// <summary>Where it is kept what came in to instances over time; null for nowhere.</summary>
    public string? TrafficFile { get; init; }

    /// <summary>The block that lab instances have their private addresses from (Lightsail's own: 172.26.0.0/16).</summary>
    public Cidr PrivateNetwork { get; init; } = Cidr.Create(System.Net.Sockets.AddressFamily.InterNetwork, 0xAC1A0000, 16);
}
