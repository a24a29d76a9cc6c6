using System.Text.Json;
using System.Text.Json.Serialization;
using Portlight.AgentProtocol;

namespace Portlight.Fleet;

/// <summary>What the server that has the agent of a host tells the other servers of it, beside up to where its kernel is: <see cref="Domain.HostLink.Report"/>.</summary>
internal sealed record HostReport
{
    /// <summary>More instances are told by their operations alone.</summary>
    public const int MostInstances = 200;

    /// <summary>What the agent says of itself.</summary>
    public AgentStatus? Status { get; init; }

    /// <summary>Since when it does not do what it is asked to; null while it does.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>Instances of which there is more to say than that they are in force.</summary>
    public IReadOnlyList<InstanceReport> Instances { get; init; } = [];

    /// <summary>The agents that have come last under the name of the host, to any of the servers.</summary>
    public IReadOnlyList<AgentArrival> Arrivals { get; init; } = [];

    public string ToText() => JsonSerializer.Serialize(this, HostReportJson.Default.HostReport);

    /// <summary>Null where there is none, or it is of another Portlight and cannot be read: then nothing is known.</summary>
    public static HostReport? Read(string? text)
    {
        try
        {
            return text is null ? null : JsonSerializer.Deserialize(text, HostReportJson.Default.HostReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What became of an instance.</summary>
/// <param name="Index">The instance.</param>
/// <param name="Standing">The revision of it that the kernel holds; null for none.</param>
internal sealed record InstanceReport(long Index, long? Standing)
{
    /// <summary>Why its packets are not filtered by its ports; null when they are.</summary>
    public string? Unfiltered { get; init; }

    public string? Note { get; init; }

    /// <summary>What is wrong with it, though it stands.</summary>
    public Refusal? Problem { get; init; }

    /// <summary>What the kernel refused of it last.</summary>
    public Refusal? Refused { get; init; }
}

/// <summary>A change that the kernel refused, or what is wrong with one.</summary>
internal sealed record Refusal(long Revision, string Reason, DateTimeOffset At);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HostReport))]
internal sealed partial class HostReportJson : JsonSerializerContext;
