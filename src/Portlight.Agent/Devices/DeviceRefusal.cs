using Portlight.Agent.Links;

namespace Portlight.Agent.Devices;

/// <summary>
/// Why the packets to what is behind a device cannot be filtered by the device, and what to use instead. A packet filter of the IP layer sees the device by which a packet is
/// routed, and one of the family bridge the port that it leaves by; neither sees what another device sends on the same wire.
/// </summary>
internal static class DeviceRefusal
{
    /// <summary>Why it cannot be attached: what cannot be filtered, and ports of bridges where replies would not be let in.</summary>
    internal static string? OfAttach(Device device, DeviceSurvey survey) => Of(device, survey) ?? (IncompleteBridge(device, survey) is { } missing
        ? $"`{device.Name}` is a port of the bridge `{survey.ByIndex(device.Master)?.Name}`, and {missing}; or give the instance a routed interface"
        : null);

    /// <summary>What is missing for a port of a bridge that is closed to replies because of it; null for other devices, and when nothing is.</summary>
    internal static string? IncompleteBridge(Device device, DeviceSurvey survey) => device.IsBridgePort ? survey.Bridges.Missing : null;

    /// <summary>
    /// Replies to what a guest begins belong to its port: a bridge that is attached as well would drop them. Null when not both are.
    /// </summary>
    /// <param name="device">What is attached.</param>
    /// <param name="survey">The machine.</param>
    /// <param name="attached">All that is.</param>
    internal static string? OfBoth(Device device, DeviceSurvey survey, HashSet<int> attached) =>
        device.IsBridgePort && attached.Contains(device.Master) ? $"`{device.Name}` is attached, and its bridge `{survey.ByIndex(device.Master)?.Name}` too, which drops the replies to what is begun by `{device.Name}`; detach one of them"
        : survey.PartsOf(device).FirstOrDefault(part => part.IsBridgePort && attached.Contains(part.Index)) is { } port ? $"the bridge `{device.Name}` is attached, and its port `{port.Name}` too, whose replies it drops; detach one of them"
        : null;

    /// <summary>In words for the operator; null when they can be filtered.</summary>
    internal static string? Of(Device device, DeviceSurvey survey)
    {
        var name = $"`{device.Name}`";
        var master = device.Master == 0 ? null : $"`{survey.ByIndex(device.Master)?.Name ?? "another device"}`";
        return device switch
        {
            { IsLoopback: true } => $"{name} is the loopback interface; name the one that leads to the instance",
            _ when LabAlias.TryParse(device.Alias, out _) => $"{name} belongs to a lab instance, which has ports of its own",
            { IsBridgePort: true } when !survey.Bridges.HasTables => $"{name} is a port of the bridge {master}, and {survey.Bridges.Missing}; give the instance a routed interface, or attach the bridge for all behind it together",
            { IsBridgePort: true } when IsUplink(device) => $"{name} is where the bridge {master} leads into the network, not to a guest; attach the ports of the guests",
            { Master: > 0, SlaveKind: not "vrf" and not "bridge" } => $"{name} is a part of {master} ({device.SlaveKind ?? "enslaved"}), and packets leave by that; attach {master} instead",
            { SharesWire: true, Kind: not "vlan" } =>
                $"{name} is a {device.Kind} device: what it leads to is reached by the device below it too, around the firewall; give the instance a veth pair or a tap device, or attach the device below, with nothing on top of it",
            _ when survey.OnTopOf(device).FirstOrDefault() is { } upper =>
                $"{name} has `{upper.Name}` ({upper.Kind}) on top of it, whose packets go around the firewall; {(upper.Kind == "vlan" ? $"attach `{upper.Name}` instead" : $"remove `{upper.Name}` first")}",
            _ when survey.ForeignAddresses.Contains(device.Index) =>
                $"{name} listens for a hardware address besides its own: a macvlan or something like it is on top of it, maybe in another network namespace, and its packets go around the firewall; remove that first",
            { Kind: "bridge" } when survey.PartsOf(device).FirstOrDefault(IsUplink) is { } uplink =>
                $"{name} has the port `{uplink.Name}`, and what is bridged from there to the other ports does not pass the firewall's IP hooks; route between them, or attach interfaces that are routed",
            _ when survey.DefaultRoutes.Contains(device.Index) =>
                $"{name} carries a default route of this machine, so all that it sends into the world would be filtered and nothing that arrives; for this machine itself use --this-host",
            _ when IsUplink(device) && survey.Addresses.FirstOrDefault(row => row.Link == device.Index) is { Address: { } address } =>
                $"{name} carries this machine's own address {address}; for this machine itself use --this-host",
            _ => null,
        };
    }

    /// <summary>Whether this machine reaches others by it: it has a default route, or an address of the machine's own.</summary>
    internal static bool LeadsIntoTheWorld(Device device, DeviceSurvey survey) =>
        survey.DefaultRoutes.Contains(device.Index) || (IsUplink(device) && survey.Addresses.Any(row => row.Link == device.Index));

    /// <summary>
    /// Leads to the network that the machine is in, not to something that runs on it. An address on a veth, tap, bridge or tunnel is the gateway of what is
    /// behind it; on one of these it is the machine's own.
    /// </summary>
    private static bool IsUplink(Device device) => device.Kind is null or "vlan" or "bond" or "team" or "vxlan" && !device.IsLoopback;
}
