using System.Text.Json;
using Portlight.Cli.Ports;
using Portlight.Wire.Lightsail;

namespace Portlight.Cli.History;

/// <summary>What an event's call has done to ports: <c>80/tcp; 22/tcp → 443/tcp</c>.</summary>
internal static class AuditedPorts
{
    /// <summary>Empty for an event that changed none.</summary>
    public static string Of(JsonElement whole) =>
        whole.TryGetProperty("portlight", out var ours) && ours.TryGetProperty("portsBefore", out var before) && ours.TryGetProperty("portsAfter", out var after)
            ? $"{Text(before)} → {Text(after)}"
            : "";

    private static string Text(JsonElement ports) => ports.ValueKind switch
    {
        JsonValueKind.Array when ports.GetArrayLength() == 0 => "nothing open",
        JsonValueKind.Array => string.Join("; ", ports.EnumerateArray().Select(Rule)),
        JsonValueKind.Object => $"{ports.GetProperty("rules").GetInt32()} rules",
        _ => "no instance",
    };

    /// <summary>A rule is a text; in events of an earlier Portlight it has the form of <c>portStates</c>.</summary>
    public static string Rule(JsonElement rule) => rule.ValueKind == JsonValueKind.String ? rule.GetString()! : PortText.Of([rule.Deserialize(LightsailJson.Default.InstancePortState)!]);
}
