using System.Net;
using Portlight.AgentProtocol;

namespace Portlight.AgentStream.Wire;

/// <summary>What an agent finds when it looks at its machine, as messages and back.</summary>
internal static class FactMessages
{
    internal static Facts Write(AttachmentFacts facts) => new()
    {
        Refusal = facts.Refusal ?? "",
        Listeners =
        {
            facts.Listeners.Select(socket => new Facts.Types.Listener { Protocol = socket.Protocol, Address = Blocks.Write(socket.Address), Port = socket.Port, Process = Write(socket.Process) }),
        },
        Interface = facts.Interface?.Name ?? "",
        Device = facts.Interface?.Device ?? "",
        Inbound = { facts.Inbound.Select(Write) },
        OutboundConnections = facts.OutboundConnections,
        Translated =
        {
            facts.Translated.Select(ports => new Facts.Types.Translated { Protocol = ports.Protocol, From = ports.FromPort, To = ports.ToPort, Target = ports.Target ?? "" }),
        },
        Unseen = { facts.Unseen },
        AreProcessesHidden = facts.AreProcessesHidden,
        IsMissing = facts.IsMissing,
        Matching = { facts.Matching },
    };

    /// <exception cref="StreamFaultException">They are none.</exception>
    internal static AttachmentFacts Read(Facts facts) => new(
        Text(facts.Refusal),
        [.. facts.Listeners.Select(socket => new ListeningSocket(AgentText.Read(socket.Protocol), Blocks.ReadAddress(socket.Address), Port(socket.Port)) { Process = Read(socket.Process) })])
    {
        Interface = facts.Interface.Length > 0 ? new FoundInterface(AgentText.Read(facts.Interface), Text(facts.Device)) : null,
        Inbound = [.. facts.Inbound.Select(Read)],
        OutboundConnections = facts.OutboundConnections,
        Translated = [.. facts.Translated.Select(ports => new TranslatedPort(AgentText.Read(ports.Protocol), ports.From, ports.To, Text(ports.Target)))],
        Unseen = [.. facts.Unseen.Select(AgentText.Read)],
        AreProcessesHidden = facts.AreProcessesHidden,
        IsMissing = facts.IsMissing,
        Matching = [.. facts.Matching.Select(AgentText.Read)],
    };

    internal static Connection Write(InboundConnection connection) => new()
    {
        Peer = Blocks.Write(connection.Peer.Address),
        PeerPort = connection.Peer.Port,
        Local = Blocks.Write(connection.Local.Address),
        LocalPort = connection.Local.Port,
        Process = Write(connection.Process),
        IsSsh = connection.IsSsh,
        User = connection.User ?? "",
    };

    /// <exception cref="StreamFaultException">It is none.</exception>
    internal static InboundConnection Read(Connection connection) => new(
        new IPEndPoint(Blocks.ReadAddress(connection.Peer), Port(connection.PeerPort)),
        new IPEndPoint(Blocks.ReadAddress(connection.Local), Port(connection.LocalPort)))
    {
        Process = Read(connection.Process),
        IsSsh = connection.IsSsh,
        User = Text(connection.User),
    };

    private static Process? Write(OwningProcess? process) => process is null ? null : new Process { Id = process.Id, Name = process.Name };

    private static OwningProcess? Read(Process? process) => process is null ? null : new OwningProcess(process.Id, AgentText.Read(process.Name));

    private static int Port(int port) => port is >= 0 and <= 65535 ? port : throw new StreamFaultException("a port cannot be read");

    private static string? Text(string text) => text.Length > 0 ? AgentText.Read(text) : null;
}
