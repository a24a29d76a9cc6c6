using System.Text.Json.Serialization;
using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>Asks for the connections that others have to an instance at present, from the kernel of its host.</summary>
public sealed record ListConnectionsRequest
{
    public string? InstanceName { get; init; }

    /// <summary>Only those to this port.</summary>
    public int? Port { get; init; }

    /// <summary>Only those from this address or block.</summary>
    public string? Cidr { get; init; }

    /// <summary>At most so many, 1 to 1,000; 200 if it is not there.</summary>
    public int? MaxResults { get; init; }
}

/// <summary>The answer to <see cref="ListConnectionsRequest"/>.</summary>
public sealed record ListConnectionsResponse
{
    public required IReadOnlyList<PresentConnection> Connections { get; init; }

    /// <summary>How many connections the instance has, whatever was asked for. Of more than 5,000, those beyond are not looked at.</summary>
    public required int Total { get; init; }
}

/// <summary>A connection that goes on: of TCP one that is not closed, of UDP one that was answered lately.</summary>
public sealed record PresentConnection
{
    /// <summary><c>tcp</c> or <c>udp</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The other side.</summary>
    public required string PeerAddress { get; init; }

    public required int PeerPort { get; init; }

    /// <summary>The port of the instance.</summary>
    public required int Port { get; init; }

    /// <summary>Bytes in both directions; absent where the kernel does not count them.</summary>
    public long? Bytes { get; init; }

    /// <summary>When it began; absent where the kernel does not note it.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The first rule that lets its packets in; absent where none does: it is cut, or lives on because connections are drained.</summary>
    public InstancePortState? PortState { get; init; }
}

/// <summary>Which of the present connections a change would cut.</summary>
public sealed record CutByChange
{
    /// <summary>How many connections the instance has.</summary>
    public int Total { get; init; }

    /// <summary>Those that the ports let in now and would not any more; 100 at most.</summary>
    public IReadOnlyList<PresentConnection> Cut { get; init; } = [];

    /// <summary>How many there are beside those that are listed.</summary>
    public int FurtherCut { get; init; }

    /// <summary>One of them comes from the address that the call comes from.</summary>
    public bool CallerIsCut { get; init; }

    /// <summary>The host lets connections live on whose port closes: nothing is cut.</summary>
    public bool IsDrained { get; init; }

    /// <summary>Why this cannot be told; absent when it is.</summary>
    public string? Problem { get; init; }
}
