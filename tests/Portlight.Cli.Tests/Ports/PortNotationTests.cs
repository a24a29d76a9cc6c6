using CsCheck;
using Portlight.Cli.Ports;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Cli.Tests.Ports;

/// <summary>One notation, in and out.</summary>
public class PortNotationTests
{
    private static readonly Gen<string> Source = Gen.OneOf("0.0.0.0/0", "192.0.2.0/24", "198.51.100.7/32", "::/0", "2001:db8::/32", "2001:db8::1/128", "lightsail-connect");

    private static readonly Gen<PortKey> Key = Gen.OneOf(
        from protocol in Gen.OneOf(NetworkProtocol.Tcp, NetworkProtocol.Udp, NetworkProtocol.All)
        from first in Gen.Int[0, 65535]
        from last in Gen.Frequency((1, Gen.Const(first)), (1, Gen.Int[first, 65535]))
        select new PortKey(protocol, first, last),
        from protocol in Gen.OneOf(NetworkProtocol.Icmp, NetworkProtocol.Icmpv6)
        from type in Gen.Int[-1, 255]
        from code in type == -1 ? Gen.Const(-1) : Gen.Int[-1, 255]
        select new PortKey(protocol, type, code));

    private static readonly Gen<PortSet> Ports = Gen.Select(Key, Source.List[0, 4], Rule).List[0, 6].Select(rules => PortText.SetOf(rules));

    [Fact]
    public void What_is_shown_reads_back_as_the_same_rules_whole_and_line_by_line() => Ports.Sample(ports =>
    {
        Assert.Equal(ports, Read([.. PortText.Lines(ports)]));
        if (!ports.Rules.IsEmpty)
        {
            Assert.Equal(ports, Read(PortText.Of(ports)));
            Assert.Equal(ports, Read(ports.ToString()));
        }
    });

    [Theory]
    [InlineData("443", "443/tcp")]
    [InlineData("22,443/tcp", "22/tcp; 443/tcp")]
    [InlineData("22 443", "22/tcp; 443/tcp")]
    [InlineData("8000-8100/UDP", "8000-8100/udp")]
    [InlineData("ssh", "22/tcp")]
    [InlineData("https/udp", "443/udp")]
    [InlineData("dns", "53/udp; 53/tcp")]
    [InlineData("ping", "icmp:8")]
    [InlineData("icmp", "icmp")]
    [InlineData("icmp:8:0", "icmp:8:0")]
    [InlineData("icmpv6:128", "icmpv6:128")]
    [InlineData("all", "all")]
    [InlineData("443@192.0.2.0/24,2001:db8::/32,80", "443/tcp from 192.0.2.0/24, 2001:db8::/32; 80/tcp")]
    [InlineData("443 from 192.0.2.7", "443/tcp from 192.0.2.7/32")]
    [InlineData("22@lightsail-connect", "22/tcp from lightsail-connect")]
    [InlineData("22@0.0.0.0/0", "22/tcp from 0.0.0.0/0")]
    [InlineData("22@0.0.0.0/0,::/0", "22/tcp")]
    // As it was written before there was one notation.
    [InlineData("tcp:22", "22/tcp")]
    [InlineData("udp:8000-8010@192.0.2.0/24,2001:db8::/32", "8000-8010/udp from 192.0.2.0/24, 2001:db8::/32")]
    [InlineData("icmp:8-0", "icmp:8:0")]
    [InlineData("8:-1/icmp", "icmp:8")]
    public void What_is_typed(string typed, string shown) => Assert.Equal(shown, PortText.Of(Read(typed)));

    [Fact]
    public void Every_service_has_a_name_that_is_read_alone_and_in_a_list()
    {
        foreach (var (name, keys) in ServiceNames.All)
        {
            Assert.Equal(keys, Read(name).Rules.Select(rule => rule.Key));
            Assert.Contains(keys[0], Read($"9/tcp,{name.ToUpperInvariant()}").Rules.Select(rule => rule.Key));
        }
    }

    [Fact]
    public void Sources_for_all_are_those_of_the_rules_that_name_none()
    {
        var rules = PortReader.Read(["22,443@192.0.2.1"], ["10.0.0.0/8,2001:db8::/32", "172.16.0.0/12"]);
        Assert.Equal("22/tcp from 10.0.0.0/8, 172.16.0.0/12, 2001:db8::/32; 443/tcp from 192.0.2.1/32", PortText.Of(PortText.SetOf(rules)));
    }

    [Theory]
    [InlineData("", "`` is no port")]
    [InlineData("tcp", "`tcp` needs its ports: 0-65535/tcp")]
    [InlineData("tcp:", "`tcp:` is no port")]
    [InlineData("22/sctp", "`22/sctp` is no port")]
    [InlineData("22,,443", "`` is no port")]
    [InlineData("tcp:1-2-3", "`tcp:1-2-3` is no port")]
    [InlineData("70000", "ports go from 0 to 65535")]
    [InlineData("9-7", "a range goes from the lower port to the higher")]
    [InlineData("icmp:300", "is no ICMP type from 0 to 255")]
    [InlineData("22@", "`` is no source")]
    [InlineData("22@443/tcp", "`443/tcp` is no source")]
    [InlineData("22@10.1/8", "`10.1/8` is no source")]
    [InlineData("htps", "`htps` is no port")]
    public void No_ports(string typed, string why) =>
        Assert.Contains(why, Assert.Throws<UsageException>(() => PortReader.Read([typed])).Message, StringComparison.Ordinal);

    [Fact]
    public void Everything_that_is_wrong_is_named() =>
        Assert.Equal(3, Assert.Throws<UsageException>(() => PortReader.Read(["70000,nope,22@10.1/8"])).Message.Split('\n').Length);

    [Fact]
    public void An_alias_without_blocks_lets_nobody_in_and_says_so() =>
        Assert.Equal("22/tcp from lightsail-connect (nobody: it has no blocks)", PortText.Of(Read("22@lightsail-connect").Rules[0], ["lightsail-connect"]));

    private static PortSet Read(params string[] words) => words.Length == 0 ? PortSet.Empty : PortText.SetOf(PortReader.Read([string.Join("; ", words)]));

    private static PortInfo Rule(PortKey key, List<string> sources)
    {
        var aliases = sources.Where(source => source == "lightsail-connect").Distinct().ToList();
        var ipv4 = sources.Where(source => source.Contains('.', StringComparison.Ordinal) && key.Protocol != NetworkProtocol.Icmpv6).ToList();
        var ipv6 = sources.Where(source => source.Contains(':', StringComparison.Ordinal) && key.Protocol != NetworkProtocol.Icmp).ToList();
        var isNarrowed = aliases.Count + ipv4.Count + ipv6.Count > 0;
        return new PortInfo
        {
            FromPort = key.FromPort,
            ToPort = key.ToPort,
            Protocol = key.Protocol.ToWire(),
            Cidrs = isNarrowed ? ipv4 : null,
            Ipv6Cidrs = isNarrowed ? ipv6 : null,
            CidrListAliases = isNarrowed ? aliases : null,
        };
    }
}
