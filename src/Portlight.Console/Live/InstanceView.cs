using Portlight.Console.Ports;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Live;

/// <summary>An instance as lists and pages show it, worked out once for each state of it.</summary>
public sealed class InstanceView
{
    /// <summary>Tag with the ports that an instance is there to offer to everybody, as <c>25,587</c>.</summary>
    public const string MeantTag = "portlight:public";

    private readonly PortsView _ports;

    public InstanceView(InstanceStatus status)
        : this(status, new PortsView(status.PortStates, MeantPorts(status.Tags)))
    {
    }

    /// <param name="status">The instance.</param>
    /// <param name="ports">Its ports, which others may have, too.</param>
    internal InstanceView(InstanceStatus status, PortsView ports) => (Status, _ports, Sync) = (status, ports, SyncOf(status));

    public InstanceStatus Status { get; }

    public string Name => Status.Name;

    public IReadOnlyList<PortRule> Rules => _ports.Rules;

    /// <summary>Ports that it is there to offer to everybody, beside the usual ones.</summary>
    public IReadOnlyCollection<int> Meant => _ports.Meant;

    /// <summary>What chips show; what is open to everybody without being meant so comes first.</summary>
    public IReadOnlyList<(string Label, PortWidth Width)> Ports => _ports.Chips;

    public SyncState Sync { get; }

    /// <summary>Whether everybody reaches a port by which machines are managed.</summary>
    public bool HasOpenManagement => _ports.HasOpenManagement;

    public bool IsOpenToEveryone => Ports is [{ Width: PortWidth.Everyone }, ..];

    /// <summary>Whether the kernel has what is asked, on a host that is there.</summary>
    public bool IsAsAsked => Sync is SyncState.InKernel or SyncState.Recorded;

    /// <summary>The host that it is on; null where it is nowhere.</summary>
    public string? Host => Status.Attachment is { Kind: not "recorded" } attachment ? attachment.Host ?? "this server" : null;

    private static SyncState SyncOf(InstanceStatus status) => status switch
    {
        { NotFiltered: not null, Attachment.Kind: "recorded" } => SyncState.Recorded,
        { NotFiltered: not null } => SyncState.NotFiltered,
        { LastError: not null } => SyncState.Refused,
        _ when status.AppliedRevision != status.DesiredRevision => SyncState.Waiting,
        { StaleSince: not null } => SyncState.HostAway,
        _ => SyncState.InKernel,
    };

    /// <summary>The ports that tags say are there to be offered to everybody.</summary>
    internal static List<int> MeantPorts(IReadOnlyList<Tag>? tags) =>
        [.. (tags ?? []).Where(tag => tag.Key == MeantTag).SelectMany(tag => (tag.Value ?? "").Split(',', ' ', '+')).Select(word => int.TryParse(word, out var port) ? port : -1)];
}

/// <summary>What is asked against what the kernel has.</summary>
public enum SyncState
{
    InKernel,
    Recorded,
    Waiting,
    Refused,
    NotFiltered,
    HostAway,
}
