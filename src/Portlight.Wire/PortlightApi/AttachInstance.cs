using System.Text.Json.Serialization;
using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>Puts an interface or this whole machine behind a firewall of its own, as an instance. Name an interface, select one, or take the whole host. With <c>dryRun</c> nothing changes and the answer tells what would.</summary>
public sealed record AttachInstanceRequest
{
    public string? InstanceName { get; init; }

    /// <summary>The host that it is on; the server's own machine when it is not given.</summary>
    public string? HostName { get; init; }

    public string? InterfaceName { get; init; }

    /// <summary>
    /// Instead of an interface's name, what finds it, now or later: <c>mac:52:54:00:aa:bb:01</c>, a guest's hardware address or its host side's, <c>alias:web-1</c>, or
    /// <c>name:tap0</c>, which is an interface's name <see cref="ByName"/>.
    /// </summary>
    public string? Selector { get; init; }

    /// <summary>With an interface: whichever device has its name is the instance's, not only the one that has it now. There need not be one yet.</summary>
    public bool? ByName { get; init; }

    /// <summary>With an interface: names of others (<c>vnet*</c>) to which nothing gets while this is attached, unless they are attached themselves.</summary>
    public IReadOnlyList<string>? ClosedNames { get; init; }

    public bool? ThisHost { get; init; }

    public IReadOnlyList<string>? Addresses { get; init; }

    public IReadOnlyList<string>? PrivateCidrs { get; init; }

    public IReadOnlyList<PortInfo>? PortInfos { get; init; }

    /// <summary>True: attach although SSH sessions that are open now would be shut out.</summary>
    public bool? MayCutSsh { get; init; }

    public bool? DryRun { get; init; }
}

/// <summary>The answer to <see cref="AttachInstanceRequest"/>.</summary>
public sealed record AttachInstanceResponse
{
    public required bool IsDryRun { get; init; }

    public required Attachment Attachment { get; init; }

    public required bool WasAttached { get; init; }

    public IReadOnlyList<InstancePortState> PortStatesBefore { get; init; } = [];

    public IReadOnlyList<InstancePortState> PortStatesAfter { get; init; } = [];

    public IReadOnlyList<Listener> Listeners { get; init; } = [];

    /// <summary>Ports that NAT rules of others send elsewhere, for an attachment of this machine.</summary>
    public IReadOnlyList<PublishedPort> PublishedPorts { get; init; } = [];

    /// <summary>What could not be looked at, each in a sentence.</summary>
    public IReadOnlyList<string> Unseen { get; init; } = [];

    /// <summary>SSH sessions of this machine, for an attachment of it.</summary>
    public IReadOnlyList<SshSession> SshSessions { get; init; } = [];

    /// <summary>Other connections that would be cut, by port.</summary>
    public IReadOnlyList<CutConnections> CutConnections { get; init; } = [];

    /// <summary>How many connections this machine has made to others.</summary>
    public int OutboundConnections { get; init; }

    /// <summary>True when the server may not see whose some sockets are: then SSH is known by port 22 and by systemd's units of SSH servers alone.</summary>
    public bool AreProcessesHidden { get; init; }

    /// <summary>Why no packet is filtered although the instance is attached; absent when packets are.</summary>
    public string? NotFiltered { get; init; }

    /// <summary>Interfaces that there are now of the names that are closed by it, and that are attached by no name.</summary>
    public IReadOnlyList<string> ClosedInterfaces { get; init; } = [];

    /// <summary>That the interface is not there yet, and what then; absent when it is.</summary>
    public string? Waiting { get; init; }

    public Operation? Operation { get; init; }

    /// <summary>When the change is undone unless it is confirmed; absent when the request did not ask for that.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? ConfirmBy { get; init; }
}
