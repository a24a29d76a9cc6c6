using Portlight.Console.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Live;

/// <summary>An instance as lists and pages show it, worked out once for each state of it.</summary>
public sealed class InstanceView
{
    /// <summary>Tag with the ports that an instance is there to offer to everybody, as <c>25,587</c>.</summary>
    public const string MeantTag = "portlight:public";

    private static readonly int[] Management = [22, 3389, 5900, 5985, 5986];

    public InstanceView(InstanceStatus status)
    {
        Status = status;
        Meant = MeantPorts(status);
        Rules = [.. status.PortStates.Select(PortRule.Of)];
        Ports = [.. Rules.Select(rule => (rule.Label, Width: rule.Width(Meant))).OrderBy(port => port.Width == PortWidth.Everyone ? 0 : 1)];
        Sync = SyncOf(status);
        HasOpenManagement = Rules.Any(rule => rule.IsToEveryone && (rule.Protocol == "all" || (rule.Protocol == "tcp" && Management.Any(port => rule.FromPort <= port && port <= rule.ToPort))));
    }

    public InstanceStatus Status { get; }

    public string Name => Status.Name;

    public IReadOnlyList<PortRule> Rules { get; }

    /// <summary>Ports that it is there to offer to everybody, beside the usual ones.</summary>
    public IReadOnlyCollection<int> Meant { get; }

    /// <summary>What chips show; what is open to everybody without being meant so comes first.</summary>
    public IReadOnlyList<(string Label, PortWidth Width)> Ports { get; }

    public SyncState Sync { get; }

    /// <summary>Whether everybody reaches a port by which machines are managed.</summary>
    public bool HasOpenManagement { get; }

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

    private static List<int> MeantPorts(InstanceStatus status) =>
        [.. (status.Tags ?? []).Where(tag => tag.Key == MeantTag).SelectMany(tag => (tag.Value ?? "").Split(',', ' ', '+')).Select(word => int.TryParse(word, out var port) ? port : -1)];
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
