using System.Xml;
using Portlight.Domain;

namespace Portlight.Agent.Guests;

/// <summary>
/// Guests of libvirt, from the files of its QEMU driver: those that run with the names of their tap devices (<c>/run/libvirt/qemu</c>), and those that are defined
/// (<c>/etc/libvirt/qemu</c>). A guest's hardware address stays, its tap's name does not.
/// </summary>
internal static class LibvirtGuests
{
    private const string Provider = "libvirt";
    private const int MaxDepth = 32;

    internal static FoundGuests Read(string root)
    {
        var (guests, unseen) = (new Dictionary<string, FoundGuest>(StringComparer.Ordinal), new List<string>());
        ProviderFiles.Read(root + "/run/libvirt/qemu", ".xml", (_, content) => Add(content, isRunning: true), unseen);
        ProviderFiles.Read(root + "/etc/libvirt/qemu", ".xml", (_, content) => Add(content, isRunning: false), unseen);
        return new FoundGuests([.. guests.Values], unseen);

        void Add(byte[] content, bool isRunning)
        {
            if (ReadDomain(content, isRunning) is { } guest)
            {
                guests.TryAdd(guest.Name, guest);
            }
        }
    }

    /// <summary>A <c>domain</c>, alone or in a <c>domstatus</c>; null for anything else.</summary>
    /// <exception cref="FormatException">It is no XML, has a document type, or is deeper than any domain.</exception>
    internal static FoundGuest? ReadDomain(byte[] content, bool isRunning)
    {
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = ProviderFiles.MaxLength,
            IgnoreComments = true,
            IgnoreWhitespace = true,
            IgnoreProcessingInstructions = true,
        };
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(content), settings);
            return ReadDomain(reader, isRunning);
        }
        catch (XmlException exception)
        {
            throw new FormatException(exception.Message, exception);
        }
    }

    private static FoundGuest? ReadDomain(XmlReader reader, bool isRunning)
    {
        var (path, cards, name) = (new List<string>(), new List<FoundCard>(), (string?)null);
        while (reader.Read())
        {
            if (reader.Depth > MaxDepth)
            {
                throw new FormatException($"it is deeper than {MaxDepth} elements");
            }

            path.RemoveRange(Math.Min(path.Count, reader.Depth), Math.Max(0, path.Count - reader.Depth));
            if (reader.NodeType == XmlNodeType.Element)
            {
                path.Add(reader.Name);
                ReadElement(reader, Below(path), cards);
            }
            else if (reader.NodeType == XmlNodeType.Text && Below(path) is ["name"])
            {
                name ??= reader.Value.Trim();
            }
        }

        if (name is null)
        {
            return null;
        }

        var guest = new FoundGuest(Provider, name, isRunning);
        guest.Cards.AddRange(cards);
        return guest;
    }

    /// <summary>The names of elements below the domain.</summary>
    private static ReadOnlySpan<string> Below(List<string> path) => path switch
    {
        ["domain", ..] => path.ToArray().AsSpan(1),
        ["domstatus", "domain", ..] => path.ToArray().AsSpan(2),
        _ => [],
    };

    private static void ReadElement(XmlReader reader, ReadOnlySpan<string> path, List<FoundCard> cards)
    {
        if (path is ["devices", "interface"])
        {
            cards.Add(new FoundCard($"net{cards.Count}") { Problem = ProblemOf(reader.GetAttribute("type")) });
        }
        else if (path is ["devices", "interface", var part] && cards is [.., var card])
        {
            switch (part)
            {
                case "mac":
                    card.HardwareAddress = reader.GetAttribute("address");
                    card.Selector = card.HardwareAddress is { } address ? InterfaceSelector.Mac + address : null;
                    break;
                case "source":
                    card.Bridge = reader.GetAttribute("bridge");
                    break;
                case "target":
                    card.HostSide = reader.GetAttribute("dev");
                    break;
            }
        }
    }

    private static string? ProblemOf(string? type) => type switch
    {
        "direct" => "it is a macvtap device (`type='direct'`), around which what is on the same wire goes; use a tap device that is routed",
        "hostdev" or "user" or "vhostuser" or "vdpa" or "udp" or "mcast" or "server" or "client" => $"its frames (`type='{type}'`) do not pass this machine's IP hooks",
        _ => null,
    };
}
