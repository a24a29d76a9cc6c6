using System.Collections.Immutable;
using Portlight.Domain;
using static Portlight.Nftables.Compiling.PacketNumbers;

namespace Portlight.Nftables.Compiling;

/// <summary>
/// Port set → elements, for one attachment at a time and without looking at any other, so that a Put costs the same however many there are.
/// What everybody may reach by a single port, a whole protocol or an ICMP type becomes elements of the shared hash sets; ranges and sources become
/// elements of the interval sets of the attachment's shard. The host has interval sets of its own and uses nothing else.
/// </summary>
internal sealed class AttachmentCompiler
{
    /// <summary>
    /// Interval sets are copied by the kernel when they change and looked up by name in a list, so neither one for all nor one for each attachment scales:
    /// attachments with ranges or sources share 256 shards, chosen by name (docs/decisions).
    /// </summary>
    internal const uint ShardCount = 256;

    private const int LastPort = 65535;
    private const int LastByte = 255;

    private readonly FilteredAttachment _attachment;
    private readonly SectionId _section;
    // By what the section's sets tell attachments apart; the host's own hold one.
    private readonly uint? _device;
    // The map that leads to the section's chain; the host's is gone to.
    private readonly SetId? _dispatch;
    private readonly List<SetId> _needs = [];
    private readonly List<Entry> _entries = [];

    private AttachmentCompiler(FilteredAttachment attachment, SectionId section, uint? device, SetId? dispatch)
    {
        _attachment = attachment;
        _section = section;
        _device = device;
        _dispatch = dispatch;
    }

    internal static CompiledAttachment Compile(FilteredAttachment attachment, ConnectionPolicy connections)
    {
        AttachmentCompiler compiler = attachment.IsHost
            ? new(attachment, SectionId.Host, null, null)
            : new(attachment, new SectionId(SectionKind.Ranged, Shard(attachment.Key)), attachment.Device, SetId.Ranged);
        if (attachment.IsHost) compiler.DeclareHost();
        else compiler.DeclareInterface();
        // A name alone is closed: it takes a device for anything to be open.
        if (!attachment.IsHost && attachment.Device is null) return new CompiledAttachment(compiler._needs, compiler._entries);
        if (attachment.Owner is { } owner) compiler.DeclareOwner(attachment.Device ?? 0, owner, connections);
        compiler.CompileFamily(isIpv4: true);
        compiler.CompileFamily(isIpv4: false);
        return new CompiledAttachment(compiler._needs, compiler._entries);
    }

    /// <summary>The port set alone, in the sets that are asked last while it changes (<see cref="Transition"/>). All of it is intervals there; the host is device 0.</summary>
    internal static CompiledAttachment CompileStaged(FilteredAttachment attachment)
    {
        var compiler = new AttachmentCompiler(attachment, SectionId.Staged, attachment.Device ?? 0, SetId.Staging);
        compiler.CompileFamily(isIpv4: true);
        compiler.CompileFamily(isIpv4: false);
        return new CompiledAttachment(compiler._needs, compiler._entries);
    }

    /// <summary>
    /// The elements of it that close, and those that tell whose a connection is: with these alone nothing comes in but replies. The host is closed by its chain.
    /// </summary>
    internal static List<Entry> Gates(FilteredAttachment attachment, ConnectionPolicy connections)
    {
        var compiler = new AttachmentCompiler(attachment, SectionId.Shared, attachment.Device, null);
        if (!attachment.IsHost) compiler.DeclareGate();
        if (attachment.Owner is { } owner && (attachment.IsHost || attachment.Device is not null)) compiler.DeclareOwner(attachment.Device ?? 0, owner, connections);
        return compiler._entries;
    }

    /// <summary>FNV-1a: stable between runs and machines, unlike string.GetHashCode.</summary>
    internal static uint Shard(string interfaceName)
    {
        uint hash = 2166136261;
        foreach (char letter in interfaceName) hash = (hash ^ letter) * 16777619;
        return (hash ^ (hash >> 16)) % ShardCount;
    }

    /// <summary>The sets in which elements can be that let something in to it, whatever its port set: they need not exist.</summary>
    internal static IEnumerable<SetId> OpeningSets(FilteredAttachment attachment)
    {
        SectionId section = attachment.IsHost ? SectionId.Host : new SectionId(SectionKind.Ranged, Shard(attachment.Key));
        SetId[] shared = attachment.IsHost ? [] : [SetId.OpenPorts, SetId.OpenProtocols, SetId.OpenIcmp, SetId.OpenIcmpv6, SetId.OpenAll];
        return [.. shared, .. IntervalSets(section), .. IntervalSets(SectionId.Staged)];
    }

    private static IEnumerable<SetId> IntervalSets(SectionId section)
    {
        foreach (SetRole role in IntervalRoles) yield return new SetId(section, role);
    }

    // The host's device is 0, as is that by which a packet of its own came in, or one for itself leaves.
    private void DeclareOwner(uint device, ConnectionOwner owner, ConnectionPolicy connections)
    {
        byte[] key = new KeyWriter(4).Device(device).Key;
        _entries.Add(new Entry(SetId.Begins, new SetElement(key, value: OwnerCode.BegunBy(owner))));
        Add(SetId.Owners, OwnerCode.LeavingBy(device, owner));
        if (connections == ConnectionPolicy.Drain) _entries.Add(new Entry(SetId.Admits, new SetElement(key, value: OwnerCode.AdmittedBy(owner))));
    }

    // The host's chain looks into all seven sets, whatever the port set: attaching and detaching are the only changes of it.
    private void DeclareHost()
    {
        _needs.AddRange(IntervalSets(SectionId.Host));
    }

    private static SetRole[] IntervalRoles { get; } = [SetRole.OpenRanges, SetRole.Ports4, SetRole.Ports6, SetRole.Protocols4, SetRole.Protocols6, SetRole.Icmp, SetRole.Icmpv6];

    private void DeclareGate()
    {
        Add(SetId.Attached, new KeyWriter(16).Name(_attachment.Key).Key);
        if (_attachment.Device is { } device) Add(SetId.Devices, new KeyWriter(4).Device(device).Key);
    }

    private void DeclareInterface()
    {
        DeclareGate();
        if (_attachment.Device is not { } device) return;
        if (_attachment.PeerGroup is { } group)
        {
            var peers = new SetId(new SectionId(SectionKind.Peers, group), SetRole.Peers);
            _needs.Add(peers);
            Add(peers, new KeyWriter(4).Device(device).Key);
            foreach (Cidr address in _attachment.PrivateAddresses)
            {
                byte[] key = new KeyWriter(8).Device(device).Address(address.Network, isIpv4: true).Key;
                _entries.Add(new Entry(SetId.Private, new SetElement(key, jump: peers.Section.Name)));
            }
        }
        else if (!_attachment.PrivateAddresses.IsEmpty)
        {
            throw new ArgumentException($"attachment `{_attachment.Key}` has private addresses and no peer group that could reach them");
        }
    }

    private void CompileFamily(bool isIpv4)
    {
        var protocols = new List<OpenSpan>();
        var tcp = new List<OpenSpan>();
        var udp = new List<OpenSpan>();
        var icmp = new SortedDictionary<int, List<OpenSpan>>();
        foreach (PortRule rule in _attachment.Ports.Rules)
        {
            ImmutableArray<SourceRange> sources = SourceRange.Union(isIpv4 ? rule.Ipv4Sources : rule.Ipv6Sources, isIpv4);
            if (sources.IsEmpty) continue;
            switch (rule.Protocol)
            {
                case NetworkProtocol.All: protocols.Add(new OpenSpan(0, LastByte, sources)); break;
                case NetworkProtocol.Tcp: AddPorts(rule, Tcp, sources, tcp, protocols); break;
                case NetworkProtocol.Udp: AddPorts(rule, Udp, sources, udp, protocols); break;
                case NetworkProtocol.Icmp when isIpv4: AddIcmp(rule, Icmp, sources, icmp, protocols); break;
                case NetworkProtocol.Icmpv6 when !isIpv4: AddIcmp(rule, Icmpv6, sources, icmp, protocols); break;
            }
        }

        ImmutableArray<SourceRange> trusted = SourceRange.Union([.. _attachment.PrivateSources.Where(source => source.Width == 32 == isIpv4)], isIpv4);
        if (!trusted.IsEmpty) protocols.Add(new OpenSpan(0, LastByte, trusted));

        if (_section.Kind == SectionKind.Ranged) ShareWithEverybody(isIpv4, protocols, tcp, udp, icmp);
        EmitPorts(tcp, Tcp, isIpv4);
        EmitPorts(udp, Udp, isIpv4);
        EmitProtocols(protocols, isIpv4);
        foreach ((int type, List<OpenSpan> codes) in icmp) EmitIcmp(type, codes, isIpv4);
    }

    private static void AddPorts(PortRule rule, int protocol, ImmutableArray<SourceRange> sources, List<OpenSpan> ports, List<OpenSpan> protocols)
    {
        if (rule.FromPort == 0 && rule.ToPort == LastPort) protocols.Add(new OpenSpan(protocol, protocol, sources));
        else ports.Add(new OpenSpan(rule.FromPort, rule.ToPort, sources));
    }

    private static void AddIcmp(PortRule rule, int protocol, ImmutableArray<SourceRange> sources, SortedDictionary<int, List<OpenSpan>> types, List<OpenSpan> protocols)
    {
        if (rule.FromPort < 0)
        {
            protocols.Add(new OpenSpan(protocol, protocol, sources));
            return;
        }

        if (!types.TryGetValue(rule.FromPort, out List<OpenSpan>? codes)) types[rule.FromPort] = codes = [];
        codes.Add(rule.ToPort < 0 ? new OpenSpan(0, LastByte, sources) : new OpenSpan(rule.ToPort, rule.ToPort, sources));
    }

    // Takes out of the lists what the shared hash sets can hold.
    private void ShareWithEverybody(bool isIpv4, List<OpenSpan> protocols, List<OpenSpan> tcp, List<OpenSpan> udp, SortedDictionary<int, List<OpenSpan>> icmp)
    {
        int family = isIpv4 ? Ipv4 : Ipv6;
        uint device = _attachment.Device!.Value;
        bool Everybody(OpenSpan span) => span.Sources == SourceRange.Everybody(isIpv4);

        // `all` may be there twice, with ports that mean nothing: one element.
        if (protocols.RemoveAll(span => span.First != span.Last && Everybody(span)) > 0) Add(SetId.OpenAll, new KeyWriter(8).Byte(family).Device(device).Key);
        protocols.RemoveAll(span => span.First == span.Last && Everybody(span) && Add(SetId.OpenProtocols, new KeyWriter(12).Byte(family).Device(device).Byte(span.First).Key));
        bool ShareSinglePort(OpenSpan span, int protocol) =>
            span.First == span.Last && Everybody(span) && Add(SetId.OpenPorts, new KeyWriter(16).Byte(family).Device(device).Byte(protocol).Port(span.First).Key);
        tcp.RemoveAll(span => ShareSinglePort(span, Tcp));
        udp.RemoveAll(span => ShareSinglePort(span, Udp));
        foreach ((int type, List<OpenSpan> codes) in icmp)
        {
            codes.RemoveAll(span => span.Last == LastByte && span.First == 0 && Everybody(span)
                && Add(isIpv4 ? SetId.OpenIcmp : SetId.OpenIcmpv6, new KeyWriter(8).Device(device).Byte(type).Key));
        }
    }

    // Ranges open to everybody have a set of their own without the address: an interval set costs by the length of its key, an IPv6 address most of all.
    private void EmitPorts(List<OpenSpan> spans, int protocol, bool isIpv4)
    {
        int family = isIpv4 ? Ipv4 : Ipv6;
        bool Everybody(OpenSpan span) => span.Sources == SourceRange.Everybody(isIpv4);
        foreach (OpenSpan span in Flattening.Flatten([.. spans.Where(Everybody)], isIpv4))
        {
            AddInterval(SetRole.OpenRanges,
                Begin(12).Byte(family).Byte(protocol).Port(span.First).Key,
                Begin(12).Byte(family).Byte(protocol).Port(span.Last).Key);
        }

        foreach (OpenSpan span in Flattening.Flatten([.. spans.Where(span => !Everybody(span))], isIpv4))
        {
            foreach (SourceRange source in span.Sources)
            {
                AddInterval(isIpv4 ? SetRole.Ports4 : SetRole.Ports6,
                    BeginSource(source.First, isIpv4, 8).Byte(protocol).Port(span.First).Key,
                    BeginSource(source.Last, isIpv4, 8).Byte(protocol).Port(span.Last).Key);
            }
        }
    }

    private void EmitProtocols(List<OpenSpan> spans, bool isIpv4)
    {
        foreach (OpenSpan span in Flattening.Flatten(spans, isIpv4))
        {
            foreach (SourceRange source in span.Sources)
            {
                AddInterval(isIpv4 ? SetRole.Protocols4 : SetRole.Protocols6,
                    BeginSource(source.First, isIpv4, 4).Byte(span.First).Key,
                    BeginSource(source.Last, isIpv4, 4).Byte(span.Last).Key);
            }
        }
    }

    private void EmitIcmp(int type, List<OpenSpan> codes, bool isIpv4)
    {
        foreach (OpenSpan span in Flattening.Flatten(codes, isIpv4))
        {
            foreach (SourceRange source in span.Sources)
            {
                AddInterval(isIpv4 ? SetRole.Icmp : SetRole.Icmpv6,
                    BeginSource(source.First, isIpv4, 8).Byte(type).Byte(span.First).Key,
                    BeginSource(source.Last, isIpv4, 8).Byte(type).Byte(span.Last).Key);
            }
        }
    }

    private KeyWriter BeginSource(UInt128 address, bool isIpv4, int rest) => Begin((isIpv4 ? 4 : 16) + rest).Address(address, isIpv4);

    private KeyWriter Begin(int rest) => _device is { } device ? new KeyWriter(KeyField.Device.Length + rest).Device(device, isInterval: true) : new KeyWriter(rest);

    private void AddInterval(SetRole role, byte[] first, byte[] last)
    {
        var set = new SetId(_section, role);
        if (_dispatch is { } dispatch && !_needs.Contains(set))
        {
            // The first interval of an attachment also sends its packets to the section.
            if (!_needs.Exists(need => need.Section == _section))
            {
                _entries.Add(new Entry(dispatch, new SetElement(new KeyWriter(4).Device(_device!.Value).Key, jump: _section.Name)));
            }

            _needs.Add(set);
        }

        _entries.Add(new Entry(set, new SetElement(first, last)));
    }

    private bool Add(SetId set, byte[] key)
    {
        _entries.Add(new Entry(set, new SetElement(key)));
        return true;
    }
}
