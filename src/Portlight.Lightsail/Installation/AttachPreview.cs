using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>What attaching this machine would close, from what the agent found there and from what is open to whom before and after.</summary>
internal sealed record AttachPreview(AttachmentFacts Facts, HostReach Before, HostReach After)
{
    private const int NamedPeers = 5;

    public IReadOnlyList<Listener> Listeners() =>
    [
        .. from socket in Facts.Listeners
           let protocol = socket.Protocol == "udp" ? NetworkProtocol.Udp : NetworkProtocol.Tcp
           select new Listener
           {
               Protocol = socket.Protocol,
               Address = socket.Address.ToString(),
               Port = socket.Port,
               Process = socket.Process?.Name,
               ProcessId = socket.Process?.Id,
               IsOpenBefore = Before.LetsInSomebody(protocol, socket.Port, socket.Port),
               IsOpenAfter = After.LetsInSomebody(protocol, socket.Port, socket.Port),
           },
    ];

    /// <summary>A range shows as open when all of it is.</summary>
    public IReadOnlyList<PublishedPort> PublishedPorts() =>
    [
        .. from port in Facts.Translated
           let protocol = port.Protocol switch { "tcp" => NetworkProtocol.Tcp, "udp" => NetworkProtocol.Udp, _ => (NetworkProtocol?)null }
           select new PublishedPort
           {
               Protocol = port.Protocol,
               FromPort = port.FromPort,
               ToPort = port.ToPort,
               Target = port.Target,
               IsOpenBefore = Before.LetsInSomebody(protocol, port.FromPort, port.ToPort),
               IsOpenAfter = After.LetsInSomebody(protocol, port.FromPort, port.ToPort),
           },
    ];

    public IReadOnlyList<SshSession> SshSessions() =>
    [
        .. from session in Facts.Inbound
           where session.IsSsh
           select new SshSession
           {
               PeerAddress = session.Peer.Address.ToString(),
               PeerPort = session.Peer.Port,
               Port = session.Local.Port,
               Process = session.Process?.Name,
               ProcessId = session.Process?.Id,
               User = session.User,
               IsOpenBefore = SshGuard.IsLetIn(Before, session),
               IsOpenAfter = SshGuard.IsLetIn(After, session),
               Rule = SshGuard.RuleFor(session),
           },
    ];

    /// <summary>All but SSH sessions, which have a list of their own.</summary>
    public IReadOnlyList<CutConnections> CutConnections() =>
    [
        .. from connection in Facts.Inbound
           where !connection.IsSsh && SshGuard.IsLetIn(Before, connection) && !SshGuard.IsLetIn(After, connection)
           group connection by connection.Local.Port into same
           orderby same.Key
           select new CutConnections
           {
               Port = same.Key,
               Process = same.First().Process?.Name,
               ProcessId = same.First().Process?.Id,
               Count = same.Count(),
               Peers = [.. same.Select(connection => connection.Peer.Address.ToString()).Distinct().Take(NamedPeers)],
           },
    ];
}
