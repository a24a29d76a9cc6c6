using System.Text.Json;
using Portlight.Cli.Ports;
using Portlight.Wire.Lightsail;

namespace Portlight.Cli.Verbs;

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
        JsonValueKind.Array => PortText.Of(ports.EnumerateArray().Select(port => port.Deserialize(LightsailJson.Default.InstancePortState)!)),
        JsonValueKind.Object => $"{ports.GetProperty("rules").GetInt32()} rules",
        _ => "no instance",
    };
}
