using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Agent.Guests;

/// <summary>
/// Instances of Incus and LXD, from their REST service. The name of a card's host side is another one after each start, unless the device's configuration fixes it; its
/// hardware address is the guest's alone.
/// </summary>
internal static class IncusGuests
{
    /// <summary>Each service, and where it listens.</summary>
    internal static readonly (string Provider, string Socket)[] Services =
        [("incus", "/var/lib/incus/unix.socket"), ("lxd", "/var/snap/lxd/common/lxd/unix.socket"), ("lxd", "/var/lib/lxd/unix.socket")];

    internal static async Task<FoundGuests> ReadAsync(string provider, string socket, CancellationToken cancellationToken)
    {
        using var answer = await UnixRest.GetAsync(socket, "/1.0/instances?recursion=2&all-projects=true", cancellationToken);
        return new FoundGuests([.. answer.RootElement.Member("metadata").Items().Take(ProviderFiles.MaxFiles).Select(instance => Read(provider, instance)).OfType<FoundGuest>()], []);
    }

    private static FoundGuest? Read(string provider, JsonElement instance)
    {
        if (instance.Text("name") is not { } name)
        {
            return null;
        }

        var project = instance.Text("project") is { } given and not "default" ? given : null;
        var guest = new FoundGuest(provider, project is null ? name : $"{project}/{name}", instance.Text("status") == "Running");

        // Without its project the command would change the guest of that name in the default one.
        var program = project is null ? provider : $"{provider} --project {UserText.Excerpt(project)}";
        foreach (var device in instance.Member("expanded_devices").Properties().Where(device => device.Value.Text("type") == "nic"))
        {
            guest.Cards.Add(Read(program, instance, device));
        }

        return guest;
    }

    private static FoundCard Read(string program, JsonElement instance, JsonProperty device)
    {
        var inside = device.Value.Text("name") ?? device.Name;
        var state = instance.Member("state")?.Member("network")?.Member(inside);
        var configuration = instance.Member("expanded_config");
        var isFixed = device.Value.Text("host_name") is not null;
        var hostSide = device.Value.Text("host_name") ?? NotEmpty(state?.Text("host_name")) ?? configuration?.Text($"volatile.{device.Name}.host_name");
        var card = new FoundCard(device.Name)
        {
            HostSide = hostSide,
            HardwareAddress = device.Value.Text("hwaddr") ?? state?.Text("hwaddr") ?? configuration?.Text($"volatile.{device.Name}.hwaddr"),
            Bridge = device.Value.Text("nictype") is null or "bridged" ? device.Value.Text("network") ?? device.Value.Text("parent") : null,
            Selector = hostSide is null ? null : InterfaceSelector.Name + hostSide,
            Hint = isFixed ? null : $"its interface has another name after each start; fix it with `{program} config device set {UserText.Excerpt(instance.Text("name"))} {UserText.Excerpt(device.Name)} host_name=NAME`",
        };
        foreach (var address in state?.Member("addresses").Items() ?? [])
        {
            card.AddAddress(address.Text("address"));
        }

        return card;
    }

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
