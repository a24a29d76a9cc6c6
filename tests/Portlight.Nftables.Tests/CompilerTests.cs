using System.Buffers.Binary;
using System.Collections.Immutable;
using CsCheck;
using Portlight.Domain;
using Portlight.Nftables.Compiling;

namespace Portlight.Nftables.Tests;

public sealed class CompilerTests
{
    /// <summary>A packet as the rules see it: for ICMP the type and code, for TCP and UDP the port in <paramref name="High"/>.</summary>
    private sealed record Packet(bool IsIpv4, int Protocol, int High, int Low, UInt128 Source);

    private static readonly Gen<Packet> Packets = Gen.Select(
        Gen.Bool,
        Gen.OneOf(Gen.OneOf(1, 6, 17, 58, 132), Gen.Int[0, 255]),
        Gen.OneOf(Gen.Int[0, 65535], Gen.OneOf(0, 1, 8, 22, 80, 81, 443, 65534, 65535)),
        Gen.Int[0, 255],
        Gen.OneOf("10.0.0.1", "10.1.255.255", "10.4.0.0", "9.255.255.255", "192.0.2.7", "192.0.2.127", "192.0.2.128", "127.255.255.255", "128.0.0.0", "255.255.255.255",
            "2001:db8::1", "2001:db8:1::", "2001:db8:2::", "2001:db9::", "::", "7fff:ffff::", "8000::", "fd12::"),
        (_, protocol, port, low, source) =>
        {
            Cidr block = Sample.Block(source);
            return new Packet(block.Width == 32, protocol, protocol is 1 or 58 ? port & 255 : port, low, block.Network);
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_sets_let_in_exactly_what_the_port_set_says(bool host) => Gen.Select(Sample.PortSets, Packets.Array[40]).Sample((ports, packets) =>
    {
        CompiledAttachment compiled = Sample.Compile(host ? JudgedAttachment.Host(ports) : Sample.Interface("pl1", ports));
        foreach (Packet packet in packets)
        {
            Assert.True(Allows(ports, packet) == compiled.Entries.Exists(entry => Matches(entry, packet, host)), $"{ports}\n{packet}");
        }
    }, iter: 2000);

    [Fact]
    public void A_name_without_a_device_opens_nothing() => Sample.PortSets.Sample(ports =>
    {
        CompiledAttachment compiled = Sample.Compile(JudgedAttachment.Interface("vm0", device: null, ports) with { PrivateSources = [Sample.Block("10.9.0.0/16")] });
        Assert.Equal([SetId.Attached], compiled.Entries.Select(entry => entry.Set));
    }, iter: 200);

    [Fact]
    public void No_two_intervals_of_a_set_overlap() => Sample.PortSets.Sample(ports =>
    {
        foreach (IGrouping<SetId, Entry> set in Sample.Compile(JudgedAttachment.Host(ports)).Entries.GroupBy(entry => entry.Set))
        {
            Entry[] entries = [.. set];
            for (int i = 0; i < entries.Length; i++)
            {
                for (int j = 0; j < i; j++) Assert.False(Overlap(entries[i].Element, entries[j].Element, SetSpec.Of(set.Key)), $"{ports}\n{set.Key.Name}");
            }
        }
    }, iter: 2000);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Only_the_middle_step_of_a_transition_changes_what_comes_in(bool host) => Gen.Select(Sample.PortSets, Sample.PortSets, Packets.Array[30]).Sample((before, after, packets) =>
    {
        CompiledAttachment Compile(PortSet ports) => Sample.Compile(host ? JudgedAttachment.Host(ports) : Sample.Interface("pl1", ports));
        var transition = Transition.Between(Compile(before), Compile(after));
        foreach (Packet packet in packets)
        {
            Assert.Equal(Allows(before, packet), transition.Prepared.Entries.Exists(entry => Matches(entry, packet, host)));
            Assert.Equal(Allows(after, packet), transition.Decided.Entries.Exists(entry => Matches(entry, packet, host)));
        }
    }, iter: 2000);

    [Fact]
    public void A_port_that_stays_open_is_always_in_some_set()
    {
        JudgedAttachment simple = Sample.Interface("pl1", PortSet.Of(Sample.Open(NetworkProtocol.Tcp, 80)));
        JudgedAttachment ranged = simple with { Ports = PortSet.Of(Sample.Open(NetworkProtocol.Tcp, 80, 90)) };
        var widen = Transition.Between(Sample.Compile(simple), Sample.Compile(ranged));
        Assert.Same(widen.Before, widen.Prepared);
        Assert.Equal(2, widen.Decided.Entries.Count(entry => entry.Set == SetId.OpenPorts));
        Assert.Equal(0, widen.After.Entries.Count(entry => entry.Set == SetId.OpenPorts));

        var narrow = Transition.Between(Sample.Compile(ranged), Sample.Compile(simple));
        Assert.Equal(2, narrow.Prepared.Entries.Count(entry => entry.Set == SetId.OpenPorts));
        Assert.Same(narrow.Decided, narrow.After);
    }

    [Fact]
    public void What_two_rules_have_in_common_is_always_in_some_set()
    {
        CompiledAttachment everybody = Sample.Compile(Sample.Interface("pl1", PortSet.Of(Sample.Open(NetworkProtocol.Tcp, 80))));
        CompiledAttachment some = Sample.Compile(Sample.Interface("pl1", PortSet.Of(Sample.Rule(NetworkProtocol.Tcp, 70, 90, "198.51.100.0/24"))));
        CompiledAttachment common = Sample.Compile(Sample.Interface("pl1", PortSet.Of(Sample.Rule(NetworkProtocol.Tcp, 80, 80, "198.51.100.0/24"))));
        Entry[] meeting = [.. common.Entries.Where(entry => entry.Set.Role == SetRole.Ports4)];

        Assert.Subset(Transition.Between(everybody, some).Prepared.Entries.ToHashSet(), meeting.ToHashSet());
        Assert.DoesNotContain(meeting[0], Transition.Between(everybody, some).After.Entries);
        Assert.Subset(Transition.Between(some, everybody).Decided.Entries.ToHashSet(), meeting.ToHashSet());
        Assert.DoesNotContain(meeting[0], Transition.Between(some, everybody).After.Entries);
    }

    [Fact]
    public void A_change_of_single_ports_is_one_transaction()
    {
        var swap = Transition.Between(
            Sample.Compile(Sample.Interface("pl1", Sample.Web)),
            Sample.Compile(Sample.Interface("pl1", PortSet.Of(Sample.Open(NetworkProtocol.Tcp, 22), Sample.Open(NetworkProtocol.Tcp, 8443)))));
        Assert.Same(swap.Before, swap.Prepared);
        Assert.Same(swap.Decided, swap.After);
    }

    [Fact]
    public void Single_ports_of_an_interface_need_no_set_of_their_own()
    {
        Assert.Empty(Sample.Compile(Sample.Interface("pl1", Sample.Web)).Needs);
        Assert.NotEmpty(Sample.Compile(Sample.Interface("pl1", Sample.Ranged)).Needs);
    }

    [Fact]
    public void A_block_and_its_complement_are_everybody()
    {
        PortSet halves = PortSet.Of(Sample.Rule(NetworkProtocol.Tcp, 22, 22, "0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"));
        CompiledAttachment compiled = Sample.Compile(Sample.Interface("pl1", halves));
        Assert.Empty(compiled.Needs);
        Assert.Equal(2, compiled.Entries.Count(entry => entry.Set == SetId.OpenPorts));
    }

    [Fact]
    public void Private_addresses_without_a_group_are_refused() =>
        Assert.Throws<ArgumentException>(() => Sample.Compile(Sample.Interface("pl1", PortSet.Empty) with { PrivateAddresses = [Sample.Block("172.26.0.4")] }));

    [Theory]
    [InlineData("")]
    [InlineData("sixteen-letters!")]
    [InlineData("a b")]
    [InlineData("a/b")]
    public void A_name_that_no_interface_can_have_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => JudgedAttachment.Interface(name, 1, PortSet.Empty));

    // The reference: what the words of a port rule mean.
    private static bool Allows(PortSet ports, Packet packet) => ports.Rules.Any(rule =>
        (packet.IsIpv4 ? rule.Ipv4Sources : rule.Ipv6Sources).Any(source => source.Network <= packet.Source && packet.Source <= source.Last)
        && rule.Protocol switch
        {
            NetworkProtocol.All => true,
            NetworkProtocol.Tcp => packet.Protocol == 6 && rule.FromPort <= packet.High && packet.High <= rule.ToPort,
            NetworkProtocol.Udp => packet.Protocol == 17 && rule.FromPort <= packet.High && packet.High <= rule.ToPort,
            NetworkProtocol.Icmp => packet is { IsIpv4: true, Protocol: 1 } && (rule.FromPort == -1 || rule.FromPort == packet.High) && (rule.ToPort == -1 || rule.ToPort == packet.Low),
            _ => packet is { IsIpv4: false, Protocol: 58 } && (rule.FromPort == -1 || rule.FromPort == packet.High) && (rule.ToPort == -1 || rule.ToPort == packet.Low),
        });

    // What the kernel does with an element: every field of the packet lies between that of the key and that of the key's end.
    private static bool Matches(Entry entry, Packet packet, bool host)
    {
        bool isPort = packet.Protocol is 6 or 17;
        bool isIcmp = packet is { IsIpv4: true, Protocol: 1 };
        bool isIcmpv6 = packet is { IsIpv4: false, Protocol: 58 };
        UInt128 family = packet.IsIpv4 ? 2u : 10u;
        UInt128? port = isPort ? (UInt128)packet.High : null;
        uint index = Sample.Interface("pl1", PortSet.Empty).Device!.Value;
        UInt128 device = entry.Element.KeyEnd is null ? BinaryPrimitives.ReadUInt32BigEndian(BitConverter.GetBytes(index)) : index;
        UInt128?[] fields = entry.Set.Role switch
        {
            SetRole.OpenPorts => [family, device, (UInt128)packet.Protocol, port],
            SetRole.OpenProtocols => [family, device, (UInt128)packet.Protocol],
            SetRole.OpenIcmp => [device, isIcmp ? (UInt128)packet.High : null],
            SetRole.OpenIcmpv6 => [device, isIcmpv6 ? (UInt128)packet.High : null],
            SetRole.OpenAll => [family, device],
            SetRole.OpenRanges => [device, family, (UInt128)packet.Protocol, port],
            SetRole.Ports4 => [device, packet.IsIpv4 ? packet.Source : null, (UInt128)packet.Protocol, port],
            SetRole.Ports6 => [device, packet.IsIpv4 ? null : packet.Source, (UInt128)packet.Protocol, port],
            SetRole.Protocols4 => [device, packet.IsIpv4 ? packet.Source : null, (UInt128)packet.Protocol],
            SetRole.Protocols6 => [device, packet.IsIpv4 ? null : packet.Source, (UInt128)packet.Protocol],
            SetRole.Icmp => [device, isIcmp ? packet.Source : null, (UInt128)packet.High, (UInt128)packet.Low],
            SetRole.Icmpv6 => [device, isIcmpv6 ? packet.Source : null, (UInt128)packet.High, (UInt128)packet.Low],
            _ => [null],
        };
        if (host) fields = [.. fields.Where(field => field != device)];
        if (fields.Contains(null)) return false;
        ImmutableArray<KeyField> key = SetSpec.Of(entry.Set).Key;
        UInt128[] first = Fields(entry.Element.Key, key);
        UInt128[] last = Fields(entry.Element.KeyEnd ?? entry.Element.Key, key);
        return Enumerable.Range(0, fields.Length).All(i => first[i] <= fields[i] && fields[i] <= last[i]);
    }

    private static bool Overlap(SetElement left, SetElement right, SetSpec set)
    {
        UInt128[] leftFirst = Fields(left.Key, set.Key), leftLast = Fields(left.KeyEnd!, set.Key);
        UInt128[] rightFirst = Fields(right.Key, set.Key), rightLast = Fields(right.KeyEnd!, set.Key);
        return Enumerable.Range(0, set.Key.Length).All(i => leftFirst[i] <= rightLast[i] && rightFirst[i] <= leftLast[i]);
    }

    private static UInt128[] Fields(byte[] key, ImmutableArray<KeyField> fields)
    {
        int offset = 0;
        return [.. fields.Select(part =>
        {
            UInt128 value = 0;
            foreach (byte octet in key.AsSpan(offset, part.Length)) value = (value << 8) | octet;
            offset += part.PaddedLength;
            return value;
        })];
    }
}
