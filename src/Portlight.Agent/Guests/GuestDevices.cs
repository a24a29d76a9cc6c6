using System.Net;
using Portlight.Agent.Devices;
using Portlight.Agent.Links;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Agent.Guests;

/// <summary>What providers tell, beside what the kernel has: which device a card is behind, whether it can be filtered there, and devices that nobody tells of.</summary>
internal sealed class GuestDevices(DeviceSurvey survey, ILookup<string, IPAddress> neighbours)
{
    internal const int MaxGuests = 2000;
    private const int MaxCards = 16;
    private const int MaxAddresses = 16;

    /// <summary>In the place of a provider, of a device of which none tells.</summary>
    internal const string OfKernel = "device";

    private readonly HashSet<int> _told = [];

    internal IEnumerable<DiscoveredGuest> Complete(IEnumerable<FoundGuest> found)
    {
        DiscoveredGuest[] told = [.. found.OrderBy(guest => guest.Provider, StringComparer.Ordinal).ThenBy(guest => guest.Name, StringComparer.Ordinal).Take(MaxGuests).Select(Complete)];
        return told.Concat(survey.All.Where(IsOfNobody).OrderBy(device => device.Name, StringComparer.Ordinal).Take(MaxGuests - told.Length).Select(OfDevice));
    }

    private DiscoveredGuest Complete(FoundGuest guest)
    {
        var cards = guest.Cards.Take(MaxCards).Select(card => (Card: card, Device: DeviceOf(card))).ToList();
        return new DiscoveredGuest(
            guest.Provider,
            UserText.Excerpt(guest.Name),
            guest.IsRunning ?? cards.Exists(one => one.Device is not null),
            [.. cards.Select(one => Complete(one.Card, one.Device))]);
    }

    private GuestCard Complete(FoundCard card, Device? device)
    {
        if (device is not null)
        {
            _told.Add(device.Index);
        }

        var bridge = device is { SlaveKind: "bridge" } ? survey.ByIndex(device.Master)?.Name : card.Bridge;
        return new GuestCard(UserText.Excerpt(card.Name))
        {
            Interface = device?.Name,
            HardwareAddress = card.HardwareAddress,
            Bridge = bridge is null ? null : UserText.Excerpt(bridge),
            Addresses = [.. card.Addresses.Concat(card.HardwareAddress is { } address ? neighbours[address] : []).Distinct().Take(MaxAddresses)],
            Selector = IsSelector(card.Selector) ? card.Selector : null,
            Problem = card.Problem ?? (device is null ? null : DeviceRefusal.OfAttach(device, survey)),
            Hint = card.Hint,
        };
    }

    /// <summary>By its name, and by the guest's hardware address or what libvirt makes of it.</summary>
    private Device? DeviceOf(FoundCard card) => (card.HostSide is { } name ? survey.ByName(name) : null)
        ?? (card.HardwareAddress is { } address && survey.Selected(InterfaceSelector.Mac + address) is [var only] ? only : null);

    // The host's end of something: a tap, or a veth whose other end is elsewhere. What is a port of a bridge that was told of is told of with it.
    private bool IsOfNobody(Device device) => device is { Kind: "tun" } or { Kind: "veth", Lower: 0 }
        && !_told.Contains(device.Index) && !_told.Contains(device.Master) && !LabAlias.TryParse(device.Alias, out _);

    private GuestCard CardOf(Device device) => Complete(
        new FoundCard(device.Name)
        {
            HostSide = device.Name,
            Selector = device is { Kind: "tun", HardwareAddress: ['f', 'e', ..] and var address } ? InterfaceSelector.Mac + address : InterfaceSelector.Name + device.Name,
        },
        device);

    private DiscoveredGuest OfDevice(Device device) => new(OfKernel, UserText.Excerpt(device.Name), IsRunning: true, [CardOf(device)]);

    private static bool IsSelector(string? selector) => selector is not null && (InterfaceSelector.TryParse(selector, out _) || InterfaceSelector.NameIn(selector) is not null);
}
