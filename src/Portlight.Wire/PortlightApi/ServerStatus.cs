using System.Text.Json.Serialization;

namespace Portlight.Wire.PortlightApi;

/// <summary>The control plane. The modes are the words of the command line: enforce <c>kernel</c> or <c>record</c>, connections <c>cut</c> or <c>drain</c>.</summary>
public sealed record ServerStatus
{
    public required string Version { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset StartedAt { get; init; }

    public required string Enforce { get; init; }

    public string? EnforceReason { get; init; }

    public required string Connections { get; init; }

    public required long Revision { get; init; }
}
