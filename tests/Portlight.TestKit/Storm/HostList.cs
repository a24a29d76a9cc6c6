using System.Text.Json;

namespace Portlight.TestKit.Storm;

/// <summary>What an answer of <c>ListHosts</c> says.</summary>
public static class HostList
{
    /// <summary>The agents that are away or have not everything.</summary>
    public static IReadOnlyList<string> Behind(string body)
    {
        using var json = JsonDocument.Parse(body);
        return [.. json.RootElement.GetProperty("hosts").EnumerateArray().Select(host => host.GetProperty("agent")).Where(IsBehind).Select(agent => agent.GetRawText())];
    }

    // An agent that this server has not heard of yet may have missed a removal: nothing is stored of that any more.
    private static bool IsBehind(JsonElement agent) =>
        !agent.GetProperty("isConnected").GetBoolean() || !agent.TryGetProperty("lastSeenAt", out _) || agent.GetProperty("appliedRevision").GetInt64() < agent.GetProperty("wantedRevision").GetInt64();
}
