namespace Portlight.Nftables.Compiling;

/// <summary>
/// What an attachment to a port of a bridge has beside its port set: in the table bridge what closes it, and the marks by which both tables tell each other whose a connection is.
/// </summary>
internal static class BridgeGates
{
    /// <summary>The table bridge, and the section of the table inet that speaks with it.</summary>
    internal static SetId[] NeedsOf(FilteredAttachment attachment) => attachment.IsBridged ? [SetId.BridgeTable, SetId.MarkedBegins, SetId.MarkedOwners] : [];

    private static readonly SetId Attached = new(SectionId.OfBridges, SetRole.Attached);
    private static readonly SetId Devices = new(SectionId.OfBridges, SetRole.Devices);

    internal static IEnumerable<Entry> Of(FilteredAttachment attachment)
    {
        if (!attachment.IsBridged)
        {
            yield break;
        }

        if (attachment.ClosedName is { } name)
        {
            yield return new Entry(Attached, new SetElement(new KeyWriter(16).Name(name).Key));
        }

        foreach (var closed in attachment.ClosedDevices)
        {
            yield return new Entry(Devices, new SetElement(new KeyWriter(4).Device(closed).Key));
        }

        if (attachment.Device is not { } device)
        {
            yield break;
        }

        yield return new Entry(Devices, new SetElement(new KeyWriter(4).Device(device).Key));
        if (attachment.Owner is not { } owner || device > BridgeMark.LastDevice)
        {
            yield break;
        }

        var (arrival, reply) = (BridgeMark.Arrival | device, BridgeMark.Reply | device);
        yield return new Entry(SetId.Arrivals, new SetElement(new KeyWriter(4).Device(device).Key, value: BitConverter.GetBytes(arrival)));
        yield return new Entry(SetId.MarkedBegins, new SetElement(new KeyWriter(4).Mark(arrival).Key, value: OwnerCode.BegunBy(owner)));
        yield return new Entry(SetId.MarkedOwners, new SetElement(OwnerCode.BegunBy(owner), value: BitConverter.GetBytes(reply)));
        yield return new Entry(SetId.Replies, new SetElement(new KeyWriter(8).Mark(reply).Device(device).Key));
    }
}
