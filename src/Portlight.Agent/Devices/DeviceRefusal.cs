using Portlight.Agent.Links;

namespace Portlight.Agent.Devices;

/// <summary>
/// Why the packets to what is behind a device cannot be filtered by the device's name, and what to use instead. A packet filter of the IP layer sees the name
/// of the device by which a packet is routed: not the bridge's port it leaves by, not what another device sends on the same wire.
/// </summary>
internal static class DeviceRefusal
{
    /// <summary>In words for the operator; null when they can be filtered.</summary>
    internal static string? Of(Device device, DeviceSurvey survey)
    {
        var name = $"`{device.Name}`";
        var master = device.Master == 0 ? null : $"`{survey.ByIndex(device.Master)?.Name ?? "another device"}`";
        return device switch
        {
            { IsLoopback: true } => $"{name} is the loopback interface; name the one that leads to the instance",
            _ when LabAlias.TryParse(device.Alias, out _) => $"{name} belongs to a lab instance, which has ports of its own",
            { Master: > 0, SlaveKind: "bridge" } =>
                $"{name} is a port of the bridge {master}, and what is bridged does not pass the firewall's IP hooks; give the instance a routed interface, or attach the bridge for all behind it together",
            { Master: > 0, SlaveKind: not "vrf" } => $"{name} is a part of {master} ({device.SlaveKind ?? "enslaved"}), and packets leave by that; attach {master} instead",
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
