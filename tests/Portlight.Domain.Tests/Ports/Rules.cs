using System.Net;
using System.Net.Sockets;
using CsCheck;

namespace Portlight.Domain.Tests.Ports;

/// <summary>Port rules for tests: written down and drawn at random.</summary>
internal static class Rules
{
    private static readonly Gen<string> Ipv4 = Gen.Select(Gen.Int[0, 3], Gen.OneOf(0, 1, 6, 7, 8, 30, 31, 32), (low, prefix) => $"10.0.0.{low}/{prefix}");

    private static readonly Gen<string> Ipv6 = Gen.Select(Gen.Int[0, 3], Gen.OneOf(0, 1, 64, 126, 127, 128), (low, prefix) => $"2001:db8::{low}/{prefix}");

    /// <summary>Rules from a small world, so that keys repeat and ranges and blocks overlap.</summary>
    public static Gen<PortRuleInput> Any { get; } = Gen.OneOf("tcp", "udp", "icmp", "icmpv6", "all").SelectMany(protocol =>
        Gen.Select(
            Key(protocol),
            protocol == "icmpv6" ? Gen.Const(() => (string[]?)null) : Sources(Ipv4),
            protocol == "icmp" ? Gen.Const(() => (string[]?)null) : Sources(Ipv6),
            (key, ipv4, ipv6) => new PortRuleInput(key.From, key.To, protocol, ipv4, ipv6)));

    public static Gen<PortRuleInput[]> Many { get; } = Any.Array[0, 8];

    public static PortSet Set(params PortRuleInput[] inputs)
    {
        Assert.True(PortSet.TryCreate(inputs, PortLimits.Default, out var set, out var problems), string.Join("; ", problems));
        return set;
    }

    public static PortSet Open(this PortSet set, PortRuleInput input)
    {
        Assert.True(set.TryOpen(input, PortLimits.Default, out var opened, out _, out var problems), string.Join("; ", problems));
        return opened;
    }

    public static PortSet Close(this PortSet set, PortRuleInput input)
    {
        Assert.True(set.TryClose(input, PortLimits.Default, out var closed, out _, out var problems), string.Join("; ", problems));
        return closed;
    }

    /// <summary>A rule as a client that read it sends it again: every list named.</summary>
    public static PortRuleInput AsRead(this PortRule rule) => new(
        rule.FromPort, rule.ToPort, rule.Protocol.ToWire(), [.. rule.Ipv4Sources.Select(s => s.ToString())], [.. rule.Ipv6Sources.Select(s => s.ToString())], rule.Aliases);

    public static Cidr Block(string text)
    {
        var family = text.Contains(':', StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        Assert.True(Cidr.TryParse(text, family, out var cidr, out var problem), problem);
        return cidr;
    }

    public static IPAddress Address(string text) => Block(text).ToAddress();

    private static Gen<(int From, int To)> Key(string protocol) => protocol is "icmp" or "icmpv6"
        ? Gen.Select(Gen.Int[-1, 2], Gen.Int[-1, 2], (type, code) => (type, type == -1 ? -1 : code))
        : Gen.Select(Gen.Int[20, 26], Gen.Int[0, 3], (from, more) => (from, from + more));

    /// <summary>Null (not named) or one to three sources.</summary>
    private static Gen<string[]?> Sources(Gen<string> one) => Gen.OneOf<string[]?>(Gen.Const(() => (string[]?)null), one.Array[1, 3].Select(list => (string[]?)list));
}
