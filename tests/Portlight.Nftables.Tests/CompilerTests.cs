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
        CompiledAttachment compiled = Sample.Compile(host ? FilteredAttachment.Host(ports) : Sample.Interface("pl1", ports));
        foreach (Packet packet in packets)
        {
            Assert.True(Allows(ports, packet) == compiled.Entries.Exists(entry => Matches(entry, packet, host)), $"{ports}\n{packet}");
        }
    }, iter: 2000);

    [Fact]
    public void A_name_without_a_device_opens_nothing() => Sample.PortSets.Sample(ports =>
    {
        CompiledAttachment compiled = Sample.Compile(FilteredAttachment.Interface("vm0", device: null, ports) with { PrivateSources = [Sample.Block("10.9.0.0/16")] });
        Assert.Equal([SetId.Attached], compiled.Entries.Select(entry => entry.Set));
    }, iter: 200);

    [Fact]
    public void No_two_intervals_of_a_set_overlap() => Sample.PortSets.Sample(ports =>
    {
        foreach (IGrouping<SetId, Entry> set in Sample.Compile(FilteredAttachment.Host(ports)).Entries.GroupBy(entry => entry.Set))
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
        Transition transition = Between(before, after, host);
        foreach (Packet packet in packets)
        {
            Assert.Equal(Allows(before, packet), transition.Before.Entries.Exists(entry => Matches(entry, packet, host)));
            Assert.Equal(Allows(before, packet), transition.Prepared.Entries.Exists(entry => Matches(entry, packet, host)));
            Assert.Equal(Allows(after, packet), transition.Decided.Entries.Exists(entry => Matches(entry, packet, host)));
            Assert.Equal(Allows(after, packet), transition.After.Entries.Exists(entry => Matches(entry, packet, host)));
        }
    }, iter: 2000);

    // A packet asks the sets one after the other while they change one after the other: it finds itself if some set has it before the change and after.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_open_before_and_after_is_in_one_set_all_the_way(bool host) => Gen.Select(Sample.PortSets, Sample.PortSets, Packets.Array[30]).Sample((before, after, packets) =>
    {
        Transition transition = Between(before, after, host);
        foreach (Packet packet in packets.Where(packet => Allows(before, packet) && Allows(after, packet)))
        {
            Assert.Contains(transition.Prepared.Entries, entry => Matches(entry, packet, host)
                && transition.Decided.Entries.Exists(later => later.Set == entry.Set && Matches(later, packet, host)));
        }
    }, iter: 2000);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_staged_is_what_is_open_before_and_after(bool host) => Gen.Select(Sample.PortSets, Sample.PortSets, Packets.Array[30]).Sample((before, after, packets) =>
    {
        FilteredAttachment from = Attachment(before, host) with { PrivateSources = [Sample.Block("10.1.0.0/16")] };
        FilteredAttachment to = Attachment(after, host) with { PrivateSources = [Sample.Block("10.0.0.0/8"), Sample.Block("2001:db8::/32")] };
        CompiledAttachment staged = AttachmentCompiler.CompileStaged(Attachment(CommonPorts.Of(from, to), host));
        foreach (Packet packet in packets)
        {
            bool open = (Allows(before, packet) || Trusts(from, packet)) && (Allows(after, packet) || Trusts(to, packet));
            Assert.True(open == staged.Entries.Exists(entry => Matches(entry, packet, host)), $"{before}\n{after}\n{packet}");
        }
    }, iter: 2000);

    [Fact]
    public void A_port_that_moves_from_one_set_to_another_is_staged_and_nothing_of_it_stays()
    {
        Transition widen = Between(PortSet.Of(Sample.Open(NetworkProtocol.Tcp, 80)), PortSet.Of(Sample.Open(NetworkProtocol.Tcp, 80, 90)), host: false);
        Assert.Equal(2, widen.Prepared.Entries.Count(entry => entry.Set.Section == SectionId.Staged));
        Assert.Equal(2, widen.Decided.Entries.Count(entry => entry.Set.Section == SectionId.Staged));
        Assert.DoesNotContain(widen.After.Entries, entry => entry.Set.Section == SectionId.Staged || entry.Set == SetId.Staging);
    }

    [Fact]
    public void A_change_of_single_ports_is_one_transaction()
    {
        Transition swap = Between(Sample.Web, PortSet.Of(Sample.Open(NetworkProtocol.Tcp, 22), Sample.Open(NetworkProtocol.Tcp, 8443)), host: false);
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
        Assert.Throws<ArgumentException>(() => FilteredAttachment.Interface(name, 1, PortSet.Empty));

    private static FilteredAttachment Attachment(PortSet ports, bool host) => host ? FilteredAttachment.Host(ports) : Sample.Interface("pl1", ports);

    private static Transition Between(PortSet before, PortSet after, bool host) => Transition.Between(Attachment(before, host), Attachment(after, host), ConnectionPolicy.Cut);

    private static bool Trusts(FilteredAttachment attachment, Packet packet) =>
        attachment.PrivateSources.Any(source => source.Width == 32 == packet.IsIpv4 && source.Network <= packet.Source && packet.Source <= source.Last);

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
        uint index = host ? 0 : Sample.Interface("pl1", PortSet.Empty).Device!.Value;
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
        // The host's own sets have no device, which stands first in interval sets.
        if (entry.Set.Section == SectionId.Host) fields = fields[1..];
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
