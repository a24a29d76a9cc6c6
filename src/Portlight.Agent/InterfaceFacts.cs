using Portlight.Agent.Lab;
using Portlight.AgentProtocol;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent;

/// <summary>What this machine knows of a network interface, asked before an instance is attached to it.</summary>
/// <param name="Name">The name asked for.</param>
/// <param name="Exists">It is there now; attaching to one that comes later is possible.</param>
/// <param name="IsLoopback">The loopback interface, by which nothing from outside leaves.</param>
/// <param name="IsBridgePort">A port of a bridge: what is bridged passes no IP hook, so it could not be judged.</param>
/// <param name="IsLab">The host's side of a lab instance, which has its ports already.</param>
public sealed record InterfaceFacts(string Name, bool Exists, bool IsLoopback, bool IsBridgePort, bool IsLab)
{
    /// <summary>Why nothing can be attached to it, in words for the caller; null when something can.</summary>
    public string? Refusal => this switch
    {
        { IsLoopback: true } => $"`{Name}` is the loopback interface; name the one that leads to the instance",
        { IsBridgePort: true } => $"`{Name}` is a port of a bridge, and what is bridged does not pass the firewall's IP hooks; attach the bridge itself, or give the instance a routed interface",
        { IsLab: true } => $"`{Name}` belongs to a lab instance, which has its own ports",
        _ => null,
    };

    /// <summary>Looks it up in the network namespace of the calling thread. Needs no privilege and changes nothing.</summary>
    public static InterfaceFacts Of(string name)
    {
        try
        {
            using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
            return socket.Link(name) is { } link
                ? new InterfaceFacts(name, true, link.IsLoopback, link.SlaveKind == "bridge", LabAlias.TryParse(link.Name, link.Alias, out _))
                : new InterfaceFacts(name, false, false, false, false);
        }
        catch (Exception exception) when (exception is NetlinkException or LabException)
        {
            throw new AgentException(exception.Message, exception);
        }
    }
}
