using Portlight.Agent.Links;
using Portlight.Domain;

namespace Portlight.Agent.Devices;

/// <summary>
/// Which device each attached interface is (decisions 0037, 0092). A device stays what it is under whatever name. Otherwise the name leads to it, if it is the device
/// that was attached, by its hardware address; then the hardware address alone, if just one device has it. Another device of the name is not the instance:
/// it stays closed until somebody attaches it. What is attached by a selector is the one device that the selector finds; of several, none.
/// </summary>
internal static class DeviceChoice
{
    /// <param name="wanted">What is attached, by instance.</param>
    /// <param name="before">How it was bound when it was last looked at.</param>
    /// <param name="survey">What the machine has now.</param>
    internal static Dictionary<long, BoundDevice> Of(IReadOnlyDictionary<long, Attachment.Interface> wanted, IReadOnlyDictionary<long, BoundDevice> before, DeviceSurvey survey)
    {
        var found = new Dictionary<long, Device>();
        var taken = new HashSet<int>();
        Take(Standing);
        Take(Named);
        Take(Identified);
        Take(Selected);
        return wanted.ToDictionary(pair => pair.Key, pair => WithBridge(found.GetValueOrDefault(pair.Key), survey, taken, pair.Value.Selector is { } selector
            ? SelectedDevice.Of(pair.Value, selector, found.GetValueOrDefault(pair.Key), before.GetValueOrDefault(pair.Key), survey, taken)
            : Bound(pair.Value, found.GetValueOrDefault(pair.Key), survey, taken)));

        void Take(Func<long, Attachment.Interface, Device?> which)
        {
            foreach (var (index, attachment) in wanted)
            {
                if (!found.ContainsKey(index) && which(index, attachment) is { } device && taken.Add(device.Index))
                {
                    found.Add(index, device);
                }
            }
        }

        Device? Standing(long index, Attachment.Interface attachment) =>
            before.GetValueOrDefault(index) is { Device: { } stood } last && last.IsOf(attachment) && survey.ByIndex((int)stood) is { } device && IsStill(device, attachment, survey)
                ? device
                : null;

        Device? Named(long index, Attachment.Interface attachment) =>
            attachment.Selector is null && survey.ByName(attachment.Name) is { } device && (attachment.Device is null || attachment.Device == device.Identity) ? device : null;

        Device? Identified(long index, Attachment.Interface attachment) =>
            attachment.Device is not null && survey.ByIdentity(attachment.Device).Where(device => !LabAlias.TryParse(device.Alias, out _)).ToList() is [var only]
                ? only
                : null;

        Device? Selected(long index, Attachment.Interface attachment) => attachment.Selector is not null && survey.Selected(attachment.Selector) is [var only] ? only : null;
    }

    // Filtered is better than unfiltered: what has lost its name or alias is let go of for another that has it, and not before.
    private static bool IsStill(Device device, Attachment.Interface attachment, DeviceSurvey survey) => attachment.Selector is { } selector
        ? survey.Selected(selector) is var all && (all.IsEmpty || all.Any(one => one.Index == device.Index))
        : device.Name == attachment.Name || attachment.Device is not null || survey.ByName(attachment.Name) is null;

    /// <summary>What is not there yet may come as a port of a bridge, and is closed there, too.</summary>
    private static BoundDevice WithBridge(Device? device, DeviceSurvey survey, HashSet<int> taken, BoundDevice bound) => device is null
        ? bound with { IsBridged = survey.Bridges.HasTables }
        : bound with
        {
            IsBridged = device.IsBridgePort && survey.Bridges.HasTables,
            Unfiltered = bound.Unfiltered ?? DeviceRefusal.OfBoth(device, survey, taken),
            Note = bound.Note ?? (DeviceRefusal.IncompleteBridge(device, survey) is { } missing ? $"replies to what it begins are not let in: {missing}" : null),
        };

    private static BoundDevice Bound(Attachment.Interface attachment, Device? device, DeviceSurvey survey, HashSet<int> taken)
    {
        var name = $"`{attachment.Name}`";
        if (device is not null)
        {
            return new BoundDevice(
                attachment,
                (uint)device.Index,
                DeviceRefusal.Of(device, survey),
                device.Name == attachment.Name ? null : $"its interface {name} is called `{device.Name}` now and is filtered as before; attach it again by that name");
        }

        return survey.ByName(attachment.Name) switch
        {
            null => new BoundDevice(
                attachment, null, null, $"waits for the interface {name}, which this machine does not have: it was deleted, or moved to another network namespace, where nothing filters it"),
            var other when taken.Contains(other.Index) => new BoundDevice(
                attachment, null, null, $"waits for its interface: what is called {name} now is the interface of another instance"),
            var other => new BoundDevice(
                attachment,
                null,
                $"{name} is another device ({other.HardwareAddress ?? other.Kind}) than the one that was attached ({attachment.Device}), and is closed; attach it again if it is this instance's, with --by-name if its name alone tells that",
                null),
        };
    }
}
