namespace Portlight.Nftables.Compiling;

/// <summary>
/// What an attachment has in the table whatever its port set: the elements that close it, those that tell whose a connection is, and its peers. The host is device 0, and is closed by its chain.
/// </summary>
internal static class AttachmentGates
{
    private const uint HostDevice = 0;

    /// <summary>With these alone nothing comes in but replies.</summary>
    internal static List<Entry> Of(FilteredAttachment attachment, ConnectionPolicy connections)
    {
        var entries = new List<Entry>();
        if (!attachment.IsHost)
        {
            AddGate(attachment, entries);
        }

        if (CanBeOpen(attachment))
        {
            AddOwner(attachment, connections, entries);
        }

        return entries;
    }

    internal static uint DeviceOf(FilteredAttachment attachment) => attachment.Device ?? HostDevice;

    /// <summary>A name alone is closed: it takes a device for anything to be open.</summary>
    internal static bool CanBeOpen(FilteredAttachment attachment) => attachment.IsHost || attachment.Device is not null;

    /// <summary>The host's device is that by which a packet of its own came in, or one for itself leaves: none.</summary>
    internal static void AddOwner(FilteredAttachment attachment, ConnectionPolicy connections, List<Entry> entries)
    {
        if (attachment.Owner is not { } owner)
        {
            return;
        }

        var device = DeviceOf(attachment);
        var key = new KeyWriter(4).Device(device).Key;
        entries.Add(new Entry(SetId.Begins, new SetElement(key, value: OwnerCode.BegunBy(owner))));
        entries.Add(new Entry(SetId.Owners, new SetElement(OwnerCode.LeavingBy(device, owner))));
        if (connections == ConnectionPolicy.Drain)
        {
            entries.Add(new Entry(SetId.Admits, new SetElement(key, value: OwnerCode.AdmittedBy(owner))));
        }
    }

    /// <summary>What an interface has beside its owner, and the sets that must be there for it.</summary>
    internal static void AddInterface(FilteredAttachment attachment, List<SetId> needs, List<Entry> entries)
    {
        AddGate(attachment, entries);
        needs.AddRange(BridgeGates.NeedsOf(attachment));
        if (attachment.Device is not { } device)
        {
            return;
        }

        if (attachment.PeerGroup is { } group)
        {
            var peers = new SetId(new SectionId(SectionKind.Peers, group), SetRole.Peers);
            needs.Add(peers);
            Add(peers, new KeyWriter(4).Device(device).Key, entries);
            foreach (var address in attachment.PrivateAddresses)
            {
                var key = new KeyWriter(8).Device(device).Address(address.Network, isIpv4: true).Key;
                entries.Add(new Entry(SetId.Private, new SetElement(key, jump: peers.Section.Name)));
            }
        }
        else if (!attachment.PrivateAddresses.IsEmpty)
        {
            throw new ArgumentException($"attachment `{attachment.Key}` has private addresses and no peer group that could reach them");
        }
    }

    private static void AddGate(FilteredAttachment attachment, List<Entry> entries)
    {
        entries.AddRange(BridgeGates.Of(attachment));
        if (attachment.ClosedName is { } name)
        {
            Add(SetId.Attached, new KeyWriter(16).Name(name).Key, entries);
        }

        if (attachment.Device is { } device)
        {
            Add(SetId.Devices, new KeyWriter(4).Device(device).Key, entries);
        }

        foreach (var closed in attachment.ClosedDevices)
        {
            Add(SetId.Devices, new KeyWriter(4).Device(closed).Key, entries);
        }
    }

    private static void Add(SetId set, byte[] key, List<Entry> entries) => entries.Add(new Entry(set, new SetElement(key)));
}
