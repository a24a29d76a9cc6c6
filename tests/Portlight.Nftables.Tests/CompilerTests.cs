using System.Buffers.Binary;
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
            var block = Sample.Block(source);
            return new Packet(block.Width == 32, protocol, protocol is 1 or 58 ? port & 255 : port, low, block.Network);
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_sets_let_in_exactly_what_the_port_set_says(bool host) => Gen.Select(Sample.PortSets, Packets.Array[40]).Sample((ports, packets) =>
    {
        var compiled = Sample.Compile(host ? FilteredAttachment.Host(ports) : Sample.Interface("pl1", ports));
        foreach (var packet in packets)
        {
            Assert.True(Allows(ports, packet) == Opens(compiled, packet, host), $"{ports}\n{packet}");
        }
    }, iter: 2000);

    [Fact]
    public void A_name_without_a_device_opens_nothing() => Sample.PortSets.Sample(ports =>
    {
        var compiled = Sample.Compile(FilteredAttachment.Interface("vm0", device: null, ports) with { PrivateSources = [Sample.Block("10.9.0.0/16")] });
        Assert.Equal([SetId.Attached], compiled.Entries.Select(entry => entry.Set));
    }, iter: 200);

    [Fact]
    public void No_two_intervals_of_a_set_overlap() => Sample.PortSets.Sample(ports =>
    {
        foreach (var set in Sample.Compile(FilteredAttachment.Host(ports)).Entries.GroupBy(entry => entry.Set))
        {
            Entry[] entries = [.. set];
            for (var i = 0; i < entries.Length; i++)
            {
                for (var j = 0; j < i; j++)
                {
                    Assert.False(Overlap(entries[i].Element, entries[j].Element), $"{ports}\n{set.Key.Name}");
                }
            }
        }
    }, iter: 2000);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Only_the_middle_step_of_a_transition_changes_what_comes_in(bool host) => Gen.Select(Sample.PortSets, Sample.PortSets, Packets.Array[30]).Sample((before, after, packets) =>
    {
        var transition = Between(before, after, host);
        foreach (var packet in packets)
        {
            Assert.Equal(Allows(before, packet), Opens(transition.Before, packet, host));
            Assert.Equal(Allows(before, packet), Opens(transition.Prepared, packet, host));
            Assert.Equal(Allows(after, packet), Opens(transition.Decided, packet, host));
            Assert.Equal(Allows(after, packet), Opens(transition.After, packet, host));
        }
    }, iter: 2000);

    // A packet asks the sets one after the other while they change one after the other: it finds itself if some set has it before the change and after, under the same key.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_open_before_and_after_is_in_one_set_all_the_way(bool host) => Gen.Select(Sample.PortSets, Sample.PortSets, Packets.Array[30]).Sample((before, after, packets) =>
    {
        var transition = Between(before, after, host);
        foreach (var packet in packets.Where(packet => Allows(before, packet) && Allows(after, packet)))
        {
            Assert.Contains(transition.Prepared.Entries, entry => Matches(transition.Prepared, entry, packet, host)
                && transition.Decided.Entries.Exists(later => later.Set == entry.Set && Matches(transition.Decided, later, packet, host)
                    && Key(transition.Prepared, entry.Set, packet, host).AsSpan().SequenceEqual(Key(transition.Decided, later.Set, packet, host))));
        }
    }, iter: 2000);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_staged_is_what_is_open_before_and_after(bool host) => Gen.Select(Sample.PortSets, Sample.PortSets, Packets.Array[30]).Sample((before, after, packets) =>
    {
        var from = Attachment(before, host) with { PrivateSources = [Sample.Block("10.1.0.0/16")] };
        var to = Attachment(after, host) with { PrivateSources = [Sample.Block("10.0.0.0/8"), Sample.Block("2001:db8::/32")] };
        var staged = AttachmentCompiler.CompileStaged(Attachment(CommonPorts.Of(from, to), host));
        foreach (var packet in packets)
        {
            var open = (Allows(before, packet) || Trusts(from, packet)) && (Allows(after, packet) || Trusts(to, packet));
            Assert.True(open == Opens(staged, packet, host), $"{before}\n{after}\n{packet}");
        }
    }, iter: 2000);

    [Fact]
    public void A_port_that_moves_from_one_set_to_another_is_staged_and_nothing_of_it_stays()
    {
        var widen = Between(PortSet.Of(Sample.Open(NetworkProtocol.Tcp, 80)), PortSet.Of(Sample.Open(NetworkProtocol.Tcp, 80, 90)), host: false);
        Assert.Equal(2, widen.Prepared.Entries.Count(entry => entry.Set.Section == SectionId.Staged));
        Assert.Equal(2, widen.Decided.Entries.Count(entry => entry.Set.Section == SectionId.Staged));
        Assert.DoesNotContain(widen.After.Entries, entry => entry.Set.Section == SectionId.Staged || entry.Set == SetId.Staging);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_change_of_ports_alone_differs_by_what_it_does_when_all_of_both_is_compiled(bool host) => Gen.Select(Sample.PortSets, Sample.PortSets).Sample((before, after) =>
    {
        var (from, to) = (Owned(before, host), Owned(after, host));
        var ports = Transition.Between(from, to, ConnectionPolicy.Drain);
        var (leaving, arriving) = ports.Before.DifferenceTo(ports.After);
        var (allLeaving, allArriving) = AttachmentCompiler.Compile(from, ConnectionPolicy.Drain).DifferenceTo(AttachmentCompiler.Compile(to, ConnectionPolicy.Drain));
        Assert.Equal(allLeaving.ToHashSet(), leaving.ToHashSet());
        Assert.Equal(allArriving.ToHashSet(), arriving.ToHashSet());
        Assert.DoesNotContain(ports.Before.Entries, entry => entry.Set == SetId.Begins || entry.Set == SetId.Devices);
    }, iter: 1000);

    [Fact]
    public void A_change_of_more_than_ports_compiles_all_of_it()
    {
        var before = Owned(Sample.Web, host: false);
        var transition = Transition.Between(before, before with { Device = 77, Ports = Sample.Ranged }, ConnectionPolicy.Cut);
        Assert.Contains(transition.Before.Entries, entry => entry.Set == SetId.Devices);
        Assert.Contains(transition.After.Entries, entry => entry.Set == SetId.Devices);
    }

    [Fact]
    public void A_change_of_single_ports_is_one_transaction()
    {
        var swap = Between(Sample.Web, PortSet.Of(Sample.Open(NetworkProtocol.Tcp, 22), Sample.Open(NetworkProtocol.Tcp, 8443)), host: false);
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
        var halves = PortSet.Of(Sample.Rule(NetworkProtocol.Tcp, 22, 22, "0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"));
        var compiled = Sample.Compile(Sample.Interface("pl1", halves));
        Assert.Empty(compiled.Needs);
        Assert.Single(compiled.Entries, entry => entry.Set == SetId.OpenPorts);
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

    private static readonly FilteredAttachment Owns = Sample.Interface("pl1", PortSet.Empty) with { Owner = new ConnectionOwner(new InstallationId(7), 7), PrivateSources = [Sample.Block("10.1.0.0/16")] };

    private static FilteredAttachment Owned(PortSet ports, bool host) => Attachment(ports, host) with { Owner = Owns.Owner, PrivateSources = Owns.PrivateSources };

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

    // What the rules do: a packet lies between the key and the key's end of an element, field by field in a hash set (there the two are one), as one number in an interval set; the span that it is in
    // is the name under which its source is looked for.
    private static bool Opens(CompiledAttachment compiled, Packet packet, bool host) => compiled.Entries.Exists(entry => Matches(compiled, entry, packet, host));

    private static bool Matches(CompiledAttachment compiled, Entry entry, Packet packet, bool host) => Key(compiled, entry.Set, packet, host) is { } key && Lies(key, entry.Element);

    private static bool Lies(byte[] key, SetElement element) =>
        element.Key.AsSpan().SequenceCompareTo(key) <= 0 && key.AsSpan().SequenceCompareTo(element.KeyEnd ?? element.Key) <= 0;

    private static byte[]? Key(CompiledAttachment compiled, SetId set, Packet packet, bool host)
    {
        var isPort = packet.Protocol is 6 or 17;
        var isIcmp = packet.Protocol == (packet.IsIpv4 ? 1 : 58);
        byte[] family = [(byte)(packet.IsIpv4 ? 2 : 10), 0, 0, 0];
        byte[] protocol = [(byte)packet.Protocol, 0, 0, 0];
        byte[] port = [(byte)(packet.High >> 8), (byte)packet.High, 0, 0];
        var index = host ? 0 : Sample.Interface("pl1", PortSet.Empty).Device!.Value;
        var device = BitConverter.GetBytes(index);
        var last = isPort ? port : isIcmp ? [(byte)packet.High, (byte)packet.Low, 0, 0] : new byte[4];
        byte[] place = [.. device, .. family, .. protocol, .. last];
        return set.Role switch
        {
            SetRole.OpenPorts => isPort ? [.. device, .. protocol, .. port] : null,
            SetRole.FamilyPorts => isPort ? [.. family, .. device, .. protocol, .. port] : null,
            SetRole.HostPorts4 => host && isPort && packet.IsIpv4 ? [.. protocol, .. port] : null,
            SetRole.HostPorts6 => host && isPort && !packet.IsIpv4 ? [.. protocol, .. port] : null,
            SetRole.LabPorts => isPort && packet.IsIpv4 ? [.. device, .. protocol, .. port] : null,
            SetRole.OpenProtocols => [.. family, .. device, .. protocol],
            SetRole.OpenIcmp => isIcmp && packet.IsIpv4 ? [.. device, (byte)packet.High, 0, 0, 0] : null,
            SetRole.OpenIcmpv6 => isIcmp && !packet.IsIpv4 ? [.. device, (byte)packet.High, 0, 0, 0] : null,
            SetRole.OpenAll => [.. family, .. device],
            SetRole.OpenRanges => isPort ? place : null,
            SetRole.Sources4 => packet.IsIpv4 && Span(compiled, set, place) is { } span ? [.. span[4..], .. Address(packet.Source)[12..]] : null,
            SetRole.Sources6 => !packet.IsIpv4 && Span(compiled, set, place) is { } span ? [.. span[4..], .. Address(packet.Source)] : null,
            _ => null,
        };
    }

    private static byte[]? Span(CompiledAttachment compiled, SetId sources, byte[] place) =>
        compiled.Entries.Where(entry => entry.Set == new SetId(sources.Section, SetRole.Spans) && Lies(place, entry.Element)).Select(entry => entry.Element.Value).SingleOrDefault();

    private static byte[] Address(UInt128 address)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return bytes;
    }

    private static bool Overlap(SetElement left, SetElement right) => Lies(left.Key, right) || Lies(right.Key, left);
}
