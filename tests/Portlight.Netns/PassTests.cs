namespace Portlight.Netns;

/// <summary>The table of (port set, packet) → passes or not, by every way that a packet can take to an attachment.</summary>
public sealed class PassTests
{
    // A port set, what passes under it, what does not.
    private static readonly (string Ports, string[] Pass, string[] Drop)[] Table =
    [
        ("", [], ["22/tcp from 198.51.100.1", "53/udp from 2001:db8:5::1", "8:0/icmp from 198.51.100.1", "128:0/icmpv6 from 2001:db8:5::1", "sctp from 198.51.100.1", "gre from 2001:db8:5::1"]),
        ("22/tcp", ["22/tcp from 198.51.100.1", "22/tcp from 2001:db8:5::1"], ["21/tcp from 198.51.100.1", "23/tcp from 2001:db8:5::1", "22/udp from 198.51.100.1", "sctp from 198.51.100.1", "8:0/icmp from 198.51.100.1"]),
        ("53/udp", ["53/udp from 198.51.100.1", "53/udp from 2001:db8:5::1"], ["53/tcp from 198.51.100.1", "54/udp from 198.51.100.1"]),
        ("0/tcp; 65535/udp", ["0/tcp from 198.51.100.1", "65535/udp from 2001:db8:5::1"], ["1/tcp from 198.51.100.1", "65534/udp from 2001:db8:5::1", "65535/tcp from 198.51.100.1"]),
        ("7000-8000/tcp", ["7000/tcp from 198.51.100.1", "7001/tcp from 198.51.100.1", "8000/tcp from 2001:db8:5::1"], ["6999/tcp from 198.51.100.1", "8001/tcp from 2001:db8:5::1", "7500/udp from 198.51.100.1"]),
        ("0-65535/udp", ["0/udp from 198.51.100.1", "65535/udp from 2001:db8:5::1"], ["80/tcp from 198.51.100.1", "sctp from 198.51.100.1"]),
        ("100-200/tcp; 150-250/tcp; 22/tcp", ["100/tcp from 198.51.100.1", "150/tcp from 198.51.100.1", "250/tcp from 198.51.100.1", "22/tcp from 2001:db8:5::1"], ["99/tcp from 198.51.100.1", "251/tcp from 2001:db8:5::1"]),

        // Sources and their edges; one family named closes the other.
        ("22/tcp from 198.51.100.64/26", ["22/tcp from 198.51.100.64", "22/tcp from 198.51.100.127"], ["22/tcp from 198.51.100.63", "22/tcp from 198.51.100.128", "22/tcp from 2001:db8:5::1", "23/tcp from 198.51.100.64"]),
        ("22/tcp from 2001:db8:5:8000::/49", ["22/tcp from 2001:db8:5:8000::", "22/tcp from 2001:db8:5:ffff:ffff:ffff:ffff:ffff"], ["22/tcp from 2001:db8:5:7fff:ffff:ffff:ffff:ffff", "22/tcp from 2001:db8:6::", "22/tcp from 198.51.100.1"]),
        ("22/tcp from 198.51.100.7, 2001:db8:5::7", ["22/tcp from 198.51.100.7", "22/tcp from 2001:db8:5::7"], ["22/tcp from 198.51.100.6", "22/tcp from 198.51.100.8", "22/tcp from 2001:db8:5::6", "22/tcp from 2001:db8:5::8"]),
        ("22/tcp from 198.51.100.0/24; 80/tcp from 203.0.113.128/25; 80/tcp from 198.51.100.9", ["22/tcp from 198.51.100.200", "80/tcp from 203.0.113.200", "80/tcp from 198.51.100.9"], ["80/tcp from 198.51.100.10", "22/tcp from 203.0.113.200"]),
        ("1000-2000/udp from 198.51.100.0/24; 1500/udp", ["1000/udp from 198.51.100.1", "1500/udp from 203.0.113.200", "1500/udp from 2001:db8:5::1"], ["1000/udp from 203.0.113.200", "1499/udp from 2001:db8:5::1"]),
        ("22/tcp from 0.0.0.0/0", ["22/tcp from 198.51.100.1"], ["22/tcp from 2001:db8:5::1"]),
        ("22/tcp from ::/0", ["22/tcp from 2001:db8:5::1"], ["22/tcp from 198.51.100.1"]),

        // ICMP: types, codes, and each family only its own.
        ("8:-1/icmp", ["8:0/icmp from 198.51.100.1", "8:1/icmp from 198.51.100.1"], ["13:0/icmp from 198.51.100.1", "0:0/icmp from 198.51.100.1", "128:0/icmpv6 from 2001:db8:5::1", "8:0/icmpv6 from 2001:db8:5::1"]),
        ("3:4/icmp", ["3:4/icmp from 198.51.100.1"], ["3:3/icmp from 198.51.100.1", "8:0/icmp from 198.51.100.1"]),
        ("-1:-1/icmp", ["8:0/icmp from 198.51.100.1", "13:0/icmp from 198.51.100.1", "255:255/icmp from 198.51.100.1"], ["128:0/icmpv6 from 2001:db8:5::1", "22/tcp from 198.51.100.1"]),
        ("128:0/icmpv6 from 2001:db8:5::/64", ["128:0/icmpv6 from 2001:db8:5::1"], ["128:1/icmpv6 from 2001:db8:5::1", "129:0/icmpv6 from 2001:db8:5::1", "128:0/icmpv6 from 2001:db8:5:1::1", "8:0/icmp from 198.51.100.1"]),
        ("-1:-1/icmpv6", ["128:0/icmpv6 from 2001:db8:5::1", "255:255/icmpv6 from 2001:db8:5::1"], ["8:0/icmp from 198.51.100.1"]),

        // Every protocol.
        ("0-65535/all", ["22/tcp from 198.51.100.1", "53/udp from 2001:db8:5::1", "sctp from 198.51.100.1", "gre from 2001:db8:5::1", "8:0/icmp from 198.51.100.1", "128:0/icmpv6 from 2001:db8:5::1"], []),
        ("443-443/all from 198.51.100.0/24", ["22/tcp from 198.51.100.1", "sctp from 198.51.100.1", "gre from 198.51.100.1"], ["443/tcp from 203.0.113.200", "sctp from 2001:db8:5::1"]),

        // Fragments carry a port in the first only; they are filtered whole. Extension headers stand before the port.
        ("4000/udp", ["4000/udp from 198.51.100.1 in fragments", "4000/udp from 2001:db8:5::1 in fragments", "4000/udp from 2001:db8:5::1 behind options"], ["4001/udp from 198.51.100.1 in fragments", "4001/udp from 2001:db8:5::1 in fragments", "4001/udp from 2001:db8:5::1 behind options"]),
        ("4000-4100/tcp from 198.51.100.0/24, 2001:db8:5::/64", ["4100/tcp from 198.51.100.1 in fragments", "4000/tcp from 2001:db8:5::1 in fragments", "4000/tcp from 2001:db8:5::1 behind options"], ["4101/tcp from 198.51.100.1 in fragments", "4000/tcp from 2001:db8:6::1 in fragments"]),
        ("128:0/icmpv6; 8:0/icmp", ["8:0/icmp from 198.51.100.1 in fragments", "128:0/icmpv6 from 2001:db8:5::1 in fragments", "128:0/icmpv6 from 2001:db8:5::1 behind options"], ["13:0/icmp from 198.51.100.1 in fragments", "129:0/icmpv6 from 2001:db8:5::1 in fragments"]),
    ];

    [Theory]
    [InlineData(Place.LabForwarded)]
    [InlineData(Place.LabFromHost)]
    [InlineData(Place.InterfaceForwarded)]
    [InlineData(Place.InterfaceFromHost)]
    [InlineData(Place.Bridged)]
    [InlineData(Place.BridgedForwarded)]
    [InlineData(Place.BridgedFromHost)]
    [InlineData(Place.ThisHost)]
    public void What_is_open_passes_and_nothing_else(Place place)
    {
        using var scene = new Scene();
        var trial = new PacketTrial(scene, place);
        var wrong = new List<string>();
        foreach (var (ports, pass, drop) in Table)
        {
            string[] texts = [.. pass, .. drop];
            var verdicts = trial.Verdicts(Ports.Of(ports), [.. texts.Select(PacketTrial.Read)]);
            wrong.AddRange(texts.Where((text, at) => trial.AskKernel(PacketTrial.Read(text)) is { } answer && answer != verdicts[at])
                .Select(text => $"under `{ports}`: {text} is not what the agent reads in the kernel"));
            wrong.AddRange(texts.Where((_, at) => verdicts[at] != at < pass.Length)
                .Select(text => $"under `{ports}`: {text} {(pass.Contains(text) ? "did not pass" : "passed")}"));
        }

        Assert.Empty(wrong);
    }
}
