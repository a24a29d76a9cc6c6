using Portlight.Agent.Links;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Devices;

/// <summary>
/// The attached interfaces of this machine and the devices that they are bound to. Looks at the machine when something is attached, at each comparison, and
/// when a device has changed; a change of ports of what is attached already is a look into memory. Safe from any thread.
/// </summary>
internal sealed class AttachedDevices(ConnectionPolicy connections) : IDisposable
{
    private readonly NetlinkSocket _socket = NetlinkSocket.Open(NetlinkProtocol.Route);
    private readonly Lock _lock = new();
    private Dictionary<long, BoundDevice> _bound = [];
    private bool _isSuspect;
    private LinkListing? _claimed;

    internal ConnectionPolicy Connections => connections;

    /// <summary>Why no port of a bridge can be attached, as far as settings tell; null when they can.</summary>
    internal string? BridgeProblem => BridgeSupport.MissingSettings(connections);

    /// <summary>How an instance is bound; null when it is not attached by an interface.</summary>
    internal BoundDevice? Of(long index)
    {
        lock (_lock)
        {
            return _bound.GetValueOrDefault(index);
        }
    }

    /// <summary>The ruleset holds it; whether it meets the packets of an attached interface, the interface tells.</summary>
    internal AgentReport Told(AgentReport report) => report is AgentReport.Applied applied && Of(report.Index) is { } bound
        ? bound.Unfiltered is { } reason ? new AgentReport.Unfiltered(report.Index, report.Revision, reason) : applied with { Note = bound.Note }
        : report;

    /// <summary>The links of this machine, before anything of it is claimed; null when they cannot be listed. They are watched already, so that whatever changes afterwards is compared again.</summary>
    internal LinkListing? ListToClaim() => _claimed = List();

    /// <summary>The links for one comparison of everything. The first goes by those of the claim, if nothing of a lab was among them, which only the holder of the lock changes.</summary>
    internal LinkListing? List()
    {
        if (Interlocked.Exchange(ref _claimed, null) is { AliasedVeths.Count: 0 } claimed)
        {
            return claimed;
        }

        LinkListing? links = null;
        return Refusal.Of(() => links = LinkListing.Take(_socket)) is null ? links : null;
    }

    /// <summary>Binds all that is attached. When the machine cannot be asked, what was bound stays bound.</summary>
    /// <param name="all">Everything that is desired.</param>
    /// <param name="links">The links, where they were listed just now.</param>
    internal void Look(IReadOnlyList<DesiredInstance> all, LinkListing? links)
    {
        lock (_lock)
        {
            Bind_NeedsLock(Interfaces(all), links: links);
        }
    }

    /// <summary>Binds all that was bound before, as the machine is now.</summary>
    internal void LookAgain()
    {
        lock (_lock)
        {
            Bind_NeedsLock(Attachments());
        }
    }

    /// <summary>Binds what is attached anew or may have changed.</summary>
    internal void Look(IReadOnlyList<DesiredInstance> changed, IReadOnlyList<long> removed)
    {
        lock (_lock)
        {
            foreach (var index in removed)
            {
                _bound.Remove(index);
            }

            var isNew = false;
            foreach (var desired in changed)
            {
                if (desired.Attachment is not Attachment.Interface attachment)
                {
                    _bound.Remove(desired.Index);
                }
                else
                {
                    isNew |= _isSuspect || _bound.GetValueOrDefault(desired.Index)?.IsOf(attachment) != true;
                }
            }

            if (isNew)
            {
                var wanted = _bound.ToDictionary(pair => pair.Key, pair => pair.Value.Attachment);
                foreach (var (index, attachment) in Interfaces(changed))
                {
                    wanted[index] = attachment;
                }

                Bind_NeedsLock(wanted, changed.Select(desired => desired.Index).ToHashSet());
            }
        }
    }

    /// <summary>
    /// What the links' watcher has seen. True when something attached is bound otherwise now, or not filtered as before: then everything is to be compared.
    /// </summary>
    internal bool HasChanged(IReadOnlyCollection<LinkChange> changes)
    {
        lock (_lock)
        {
            if (_bound.Count == 0 || changes.All(change => IsOfLab(change) || (change.Kind == LinkChangeKind.Route && change.Destination is not null)))
            {
                return false;
            }

            // A device that went is not the one that comes back with its number.
            foreach (var (index, bound) in _bound.ToList())
            {
                if (changes.Any(change => change.Kind == LinkChangeKind.Removed && (uint)change.Link == bound.Device))
                {
                    _bound[index] = bound with { Device = null };
                }
            }

            _isSuspect = Survey() is not { } survey || DeviceChoice.Of(Attachments(), _bound, survey).Any(pair => pair.Value != _bound[pair.Key]);
            return _isSuspect;
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Bind_NeedsLock(Dictionary<long, Attachment.Interface> wanted, HashSet<long>? only = null, LinkListing? links = null)
    {
        if (wanted.Count == 0)
        {
            _bound.Clear();
            return;
        }

        if (Survey(links) is not { } survey)
        {
            foreach (var (index, attachment) in wanted.Where(pair => _bound.GetValueOrDefault(pair.Key)?.IsOf(pair.Value) != true))
            {
                _bound[index] = new BoundDevice(attachment, null, attachment.Selector is { } selector
                    ? $"this machine could not be asked for what `{selector}` finds; nothing filters it until it can be"
                    : $"this machine could not be asked for the interface `{attachment.Name}`; it is closed until it can be", null);
            }

            return;
        }

        var bound = DeviceChoice.Of(wanted, _bound, survey);
        if (only is null)
        {
            _bound = bound;
            _isSuspect = false;
            return;
        }

        // The rest is bound when everything is compared: the ruleset must follow.
        foreach (var index in only.Where(bound.ContainsKey))
        {
            _bound[index] = bound[index];
        }
    }

    private DeviceSurvey? Survey(LinkListing? links = null)
    {
        try
        {
            return DeviceSurvey.Take(_socket, connections, links);
        }
        catch (Exception exception) when (exception is NetlinkException or LabException)
        {
            return null;
        }
    }

    private Dictionary<long, Attachment.Interface> Attachments() => _bound.ToDictionary(pair => pair.Key, pair => pair.Value.Attachment);

    private static Dictionary<long, Attachment.Interface> Interfaces(IReadOnlyList<DesiredInstance> desired)
    {
        var interfaces = new Dictionary<long, Attachment.Interface>();
        foreach (var instance in desired)
        {
            if (instance.Attachment is Attachment.Interface attachment)
            {
                interfaces[instance.Index] = attachment;
            }
        }

        return interfaces;
    }

    /// <summary>Lab links have a watch of their own, and are many.</summary>
    private static bool IsOfLab(LinkChange change) => change.Kind != LinkChangeKind.Unknown && change.Name.StartsWith("pl", StringComparison.Ordinal) && change.Name.AsSpan(2).IndexOfAnyExceptInRange('0', '9') < 0;
}
