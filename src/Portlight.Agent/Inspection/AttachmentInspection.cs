using System.Collections.Immutable;
using Portlight.Agent.Lab;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Inspection;

/// <summary>Looks at an interface or the machine before it is attached. Needs no privilege, changes nothing, and disturbs no other call.</summary>
internal static class AttachmentInspection
{
    /// <exception cref="AgentException">The machine cannot be asked.</exception>
    internal static AttachmentFacts Of(Attachment attachment)
    {
        try
        {
            return attachment switch
            {
                Attachment.Interface named => new AttachmentFacts(RefusalOf(named.Name), []),
                Attachment.ThisHost => OfThisMachine(),
                _ => new AttachmentFacts(null, []),
            };
        }
        catch (Exception exception) when (exception is NetlinkException or LabException or IOException or UnauthorizedAccessException)
        {
            throw new AgentException(exception.Message, exception);
        }
    }

    /// <summary>The SSH sessions of this machine, by one look at its connections and at the processes that are SSH servers.</summary>
    /// <exception cref="AgentException">The machine cannot be asked.</exception>
    internal static ImmutableArray<InboundConnection> SshSessions()
    {
        try
        {
            return [.. TcpConnections.Read(SocketOwners.Read(SshServer.Is)).Inbound.Where(connection => connection.IsSsh)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AgentException(exception.Message, exception);
        }
    }

    private static AttachmentFacts OfThisMachine()
    {
        var owners = SocketOwners.Read(_ => true);
        var connections = TcpConnections.Read(owners);
        var (translated, unseen) = Translations.Read();
        return new AttachmentFacts(null, ListeningSockets.FromOutside(owners))
        {
            Translated = translated,
            Unseen = unseen,
            Inbound = connections.Inbound,
            OutboundConnections = connections.Outbound,
            AreProcessesHidden = owners.AreSomeHidden,
        };
    }

    private static string? RefusalOf(string name)
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        return socket.Link(name) switch
        {
            null => $"this machine has no interface `{name}`; `ip link` lists those it has",
            { IsLoopback: true } => $"`{name}` is the loopback interface; name the one that leads to the instance",
            { SlaveKind: "bridge" } => $"`{name}` is a port of a bridge, and what is bridged does not pass the firewall's IP hooks; give the instance a routed interface, or attach the bridge for all behind it together",
            { Alias: var alias } when LabAlias.TryParse(name, alias, out _) => $"`{name}` belongs to a lab instance, which has ports of its own",
            _ => null,
        };
    }
}
