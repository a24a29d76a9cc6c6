using System.Text;
using System.Text.RegularExpressions;
using Portlight.Domain;

namespace Portlight.Agent.Guests;

/// <summary>
/// Guests of Proxmox VE, from their configuration in <c>/etc/pve</c>. Their interfaces have the same names at each start: <c>tap100i0</c> of a virtual machine,
/// <c>veth101i0</c> of a container. Whether they run the files do not say; their interface does.
/// </summary>
internal static partial class ProxmoxGuests
{
    private const string Provider = "proxmox";
    private const int MaxNumberLength = 9;

    internal static FoundGuests Read(string root)
    {
        var (guests, unseen) = (new List<FoundGuest>(), new List<string>());
        foreach (var (folder, nameKey, device) in new[] { ("qemu-server", "name", "tap"), ("lxc", "hostname", "veth") })
        {
            ProviderFiles.Read($"{root}/etc/pve/{folder}", ".conf", (number, content) =>
            {
                if (number.Length is > 0 and <= MaxNumberLength && number.All(char.IsAsciiDigit))
                {
                    guests.Add(ReadConfiguration(number, Encoding.UTF8.GetString(content), nameKey, device));
                }
            }, unseen);
        }

        return new FoundGuests(guests, unseen);
    }

    private static FoundGuest ReadConfiguration(string number, string text, string nameKey, string device)
    {
        var name = number;
        var cards = new List<FoundCard>();
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith('['))
            {
                break; // of a snapshot, or of a change that waits for the next start
            }

            var (key, value) = line.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 ? (line[..colon], line[(colon + 1)..].Trim()) : ("", "");
            if (key == nameKey)
            {
                name = value;
            }
            else if (CardKey().IsMatch(key))
            {
                cards.Add(ReadCard(key, value, $"{device}{number}i{key[3..]}"));
            }
        }

        var guest = new FoundGuest(Provider, name, IsRunning: null);
        guest.Cards.AddRange(cards);
        return guest;
    }

    private static FoundCard ReadCard(string key, string value, string hostSide)
    {
        var card = new FoundCard(key) { HostSide = hostSide, Selector = InterfaceSelector.Name + hostSide };
        foreach (var part in value.Split(','))
        {
            var (member, given) = part.Split('=', 2) is [var left, var right] ? (left.Trim(), right.Trim()) : ("", "");
            switch (member)
            {
                case "bridge": card.Bridge = given; break;
                case "ip" or "ip6": card.AddAddress(given); break;
                default: card.HardwareAddress ??= given; break; // `virtio=BC:24:11:…`, `hwaddr=…`; what is no hardware address is null
            }
        }

        return card;
    }

    [GeneratedRegex("^net[0-9]{1,2}$", RegexOptions.CultureInvariant)]
    private static partial Regex CardKey();
}
