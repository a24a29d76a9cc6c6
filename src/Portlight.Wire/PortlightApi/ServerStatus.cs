using System.Text.Json.Serialization;

namespace Portlight.Wire.PortlightApi;

/// <summary>The control plane. The modes are the words of the command line: enforce <c>kernel</c> or <c>record</c>, connections <c>cut</c> or <c>drain</c>.</summary>
public sealed record ServerStatus
{
    public required string Version { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset StartedAt { get; init; }

    public required string Enforce { get; init; }

    /// <summary>With enforce <c>record</c>: why no packet is filtered.</summary>
    public string? EnforceReason { get; init; }

    public required string Connections { get; init; }

    public required long Revision { get; init; }

    /// <summary>The account that owns the installation.</summary>
    public string? AccountId { get; init; }

    /// <summary>The region that the commands of the server's machine use when none is named.</summary>
    public string? RegionName { get; init; }

    /// <summary>Source aliases without blocks: a rule for one of them lets nobody in.</summary>
    public IReadOnlyList<string> EmptyAliases { get; init; } = [];

    /// <summary>The other servers of the database that this one shares, those of the last days; none where it has a file of its own.</summary>
    public IReadOnlyList<OtherServer> OtherServers { get; init; } = [];
}
