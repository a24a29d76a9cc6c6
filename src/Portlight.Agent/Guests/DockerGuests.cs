using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Agent.Guests;

/// <summary>
/// Containers of Docker, from its REST service. Which interface is whose it does not tell, and their names are other ones at each start: what can be attached is the bridge
/// of a network, for all that is on it, or this machine, for the ports that it publishes.
/// </summary>
internal static class DockerGuests
{
    internal const string Provider = "docker";

    internal const string Socket = "/var/run/docker.sock";

    private const string BridgeName = "com.docker.network.bridge.name";
    private const int ShownOfId = 12;

    internal static async Task<FoundGuests> ReadAsync(string socket, CancellationToken cancellationToken)
    {
        using var networks = await UnixRest.GetAsync(socket, "/networks", cancellationToken);
        using var containers = await UnixRest.GetAsync(socket, "/containers/json?all=1", cancellationToken);
        var bridges = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var network in Items(networks).Where(network => network.Text("Driver") == "bridge"))
        {
            if (network.Text("Name") is { } name && network.Text("Id") is { } id)
            {
                bridges[name] = network.Member("Options")?.Text(BridgeName) ?? $"br-{id[..Math.Min(id.Length, ShownOfId)]}";
            }
        }

        return new FoundGuests([.. Items(containers).Take(ProviderFiles.MaxFiles).Select(container => Read(container, bridges)).OfType<FoundGuest>()], []);
    }

    private static IEnumerable<JsonElement> Items(JsonDocument answer) => ((JsonElement?)answer.RootElement).Items();

    private static FoundGuest? Read(JsonElement container, Dictionary<string, string> bridges)
    {
        if ((container.Member("Names").Items().FirstOrDefault() is { ValueKind: JsonValueKind.String } first ? first.GetString()?.TrimStart('/') : null) is not { } name)
        {
            return null;
        }

        var guest = new FoundGuest(Provider, name, container.Text("State") == "running");
        foreach (var network in container.Member("NetworkSettings")?.Member("Networks").Properties() ?? [])
        {
            var bridge = bridges.GetValueOrDefault(network.Name);
            var card = new FoundCard(network.Name)
            {
                HostSide = bridge,
                HardwareAddress = network.Value.Text("MacAddress"),
                Bridge = bridge,
                Selector = bridge is null ? null : InterfaceSelector.Name + bridge,
                Hint = bridge is null ? null : "that is the bridge, for all containers on it together; ports that are published are filtered by `attach NAME --this-host`",
            };
            card.AddAddress(network.Value.Text("IPAddress"));
            card.AddAddress(network.Value.Text("GlobalIPv6Address"));
            guest.Cards.Add(card);
        }

        return guest;
    }
}
