using System.Collections.Immutable;
using System.ComponentModel;
using System.Net;
using Portlight.Agent.Devices;
using Portlight.Agent.Links;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Inspection;

/// <summary>Looks at an interface or the machine before it is attached. Needs no privilege, changes nothing, and disturbs no other call.</summary>
internal static class AttachmentInspection
{
    /// <exception cref="AgentException">The machine cannot be asked.</exception>
    internal static AttachmentFacts Of(Attachment attachment, ConnectionPolicy connections)
    {
        try
        {
            return attachment switch
            {
                Attachment.Interface named => OfInterface(named, connections),
                Attachment.ThisHost => OfThisMachine(),
                _ => new AttachmentFacts(null, []),
            };
        }
        catch (Exception exception) when (exception is NetlinkException or LabException or Win32Exception or IOException or UnauthorizedAccessException)
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
        catch (Exception exception) when (exception is NetlinkException or LabException or Win32Exception or IOException or UnauthorizedAccessException)
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

    private static AttachmentFacts OfInterface(Attachment.Interface named, ConnectionPolicy connections)
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        var survey = DeviceSurvey.Take(socket, connections);
        if (ClosedTooMuch(named, survey) is { } tooMuch)
        {
            return new AttachmentFacts(tooMuch, []);
        }

        var matching = survey.All.Where(device => named.ClosedNames.Any(pattern => NamePattern.Matches(pattern, device.Name))).Select(device => device.Name).Order(StringComparer.Ordinal).ToImmutableArray();
        var found = Find(socket, survey, named.Name);
        if (found is not [var device])
        {
            var refusal = found.Count == 0
                ? $"this machine has no interface `{named.Name}`; `ip link` lists those it has, and with --by-name it is waited for"
                : $"there are several interfaces `{named.Name}`: {string.Join(", ", found.Select(one => one.Name))}; name one of them";
            return new AttachmentFacts(refusal, []) { IsMissing = found.Count == 0, Matching = matching };
        }

        return new AttachmentFacts(DeviceRefusal.OfAttach(device, survey) ?? OwnAddress(named, survey), []) { Interface = new FoundInterface(device.Name, device.Identity), Matching = matching };
    }

    /// <summary>By a name, of which there is one, or by what <see cref="InterfaceSelector"/> says.</summary>
    private static List<Device> Find(NetlinkSocket socket, DeviceSurvey survey, string name)
    {
        if (!InterfaceSelector.TryParse(name, out var selector))
        {
            return survey.Find(socket, name) is { } named ? [named] : [];
        }

        return [.. survey.Selected(selector)];
    }

    /// <summary>Nobody is to lock themselves out by a name that also the way into the world has.</summary>
    private static string? ClosedTooMuch(Attachment.Interface named, DeviceSurvey survey) => (
        from pattern in named.ClosedNames
        from device in survey.All
        where NamePattern.Matches(pattern, device.Name) && DeviceRefusal.LeadsIntoTheWorld(device, survey)
        select $"`{pattern}` would close `{device.Name}`, by which this machine reaches others; name what only guests have").FirstOrDefault();

    private static string? OwnAddress(Attachment.Interface named, DeviceSurvey survey) => survey.Addresses.Select(row => row.Address).Intersect(named.Addresses).FirstOrDefault() is IPAddress own
        ? $"{own} is an address of this machine, not of what is behind `{named.Name}`; for this machine itself use --this-host"
        : null;
}
