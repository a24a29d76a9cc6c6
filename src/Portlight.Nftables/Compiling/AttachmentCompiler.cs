using System.Collections.Immutable;
using Portlight.Domain;
using static Portlight.Nftables.Compiling.PacketNumbers;

namespace Portlight.Nftables.Compiling;

/// <summary>
/// Port set → elements, for one attachment at a time and without looking at any other, so that a Put costs the same however many there are.
/// What everybody may reach by a single port, a whole protocol or an ICMP type becomes elements of the shared hash sets; ranges and sources become
/// elements of the interval sets of the attachment's shard. What it has beside its ports: <see cref="AttachmentGates"/>.
/// </summary>
internal sealed class AttachmentCompiler
{
    private const int LastPort = 65535;

    private readonly FilteredAttachment _attachment;
    private readonly SectionId _section;
    private readonly TableFamily _table;
    private readonly uint _device;
    // The map that leads to the section's chain.
    private readonly SetId _dispatch;
    private readonly List<SetId> _needs = [];
    private readonly List<Entry> _entries = [];
    // Single ports that IPv4 may reach, until IPv6 is looked at.
    private readonly List<int> _ipv4Ports = [];

    private AttachmentCompiler(FilteredAttachment attachment, SectionId section, SetRole dispatch)
    {
        _attachment = attachment;
        _section = section;
        _table = section.Table;
        _device = AttachmentGates.DeviceOf(attachment);
        _dispatch = Shared(dispatch);
    }

    internal static CompiledAttachment Compile(FilteredAttachment attachment, ConnectionPolicy connections)
    {
        var compiler = Of(attachment);
        if (attachment.IsHost)
        {
            compiler._needs.Add(SetId.HostChains);
        }
        else
        {
            AttachmentGates.AddInterface(attachment, compiler._needs, compiler._entries);
        }

        if (AttachmentGates.CanBeOpen(attachment))
        {
            AttachmentGates.AddOwner(attachment, connections, compiler._entries);
            compiler.Add(compiler.Shared(SetRole.Refusing), new KeyWriter(4).Device(compiler._device).Key);
            compiler.CompilePorts();
        }

        return new CompiledAttachment(compiler._needs, compiler._entries);
    }

    /// <summary>What lets something in, and no more: all that a change of ports alone can change, for half of the work.</summary>
    internal static CompiledAttachment CompilePorts(FilteredAttachment attachment)
    {
        var compiler = Of(attachment);
        if (AttachmentGates.CanBeOpen(attachment))
        {
            compiler.CompilePorts();
        }

        return new CompiledAttachment(compiler._needs, compiler._entries);
    }

    /// <summary>The port set alone, in the sets that are asked last while it changes (<see cref="Transition"/>). All of it is intervals there.</summary>
    internal static CompiledAttachment CompileStaged(FilteredAttachment attachment)
    {
        var compiler = new AttachmentCompiler(attachment, SectionId.Staged with { Table = AttachmentSets.TableOf(attachment) }, SetRole.Staging);
        compiler.CompileFamily(isIpv4: true);
        compiler.CompileFamily(isIpv4: false);
        return new CompiledAttachment(compiler._needs, compiler._entries);
    }

    private static AttachmentCompiler Of(FilteredAttachment attachment) =>
        new(attachment, AttachmentSets.RangedOf(attachment), attachment.PrivateAddresses.IsEmpty ? SetRole.Ranged : SetRole.LabRanged);

    private void CompilePorts()
    {
        CompileFamily(isIpv4: true);
        CompileFamily(isIpv4: false);
        _ipv4Ports.ForEach(port => AddFamilyPort(port, isIpv4: true));
    }

    private void CompileFamily(bool isIpv4)
    {
        var spans = new List<OpenSpan>();
        foreach (var rule in _attachment.Ports.Rules)
        {
            if (SpanOf(rule, isIpv4) is { } span)
            {
                AddUnlessShared(span);
            }
        }

        if (!_attachment.PrivateSources.IsEmpty && TrustedOf(_attachment, isIpv4) is { IsEmpty: false } trusted)
        {
            AddUnlessShared(new OpenSpan(0, OpenSpan.Everything, trusted));
        }

        // Nearly every attachment has nothing else.
        if (spans.Count > 0)
        {
            EmitIntervals(spans, isIpv4);
        }

        void AddUnlessShared(OpenSpan span)
        {
            if (_section.Kind != SectionKind.Ranged || span.Sources != SourceRange.Everybody(isIpv4) || !IsShared(span, isIpv4))
            {
                spans.Add(span);
            }
        }
    }

    /// <summary>What a rule opens to a family; null for nothing.</summary>
    private static OpenSpan? SpanOf(PortRule rule, bool isIpv4) => SourceRange.Union(isIpv4 ? rule.Ipv4Sources : rule.Ipv6Sources, isIpv4) is not { IsEmpty: false } sources ? null : rule.Protocol switch
    {
        NetworkProtocol.All => new OpenSpan(0, OpenSpan.Everything, sources),
        NetworkProtocol.Tcp => OpenSpan.Of(Tcp, rule.FromPort, rule.ToPort, sources),
        NetworkProtocol.Udp => OpenSpan.Of(Udp, rule.FromPort, rule.ToPort, sources),
        NetworkProtocol.Icmp when isIpv4 => OpenSpan.OfIcmp(Icmp, rule.FromPort, rule.ToPort, sources),
        NetworkProtocol.Icmpv6 when !isIpv4 => OpenSpan.OfIcmp(Icmpv6, rule.FromPort, rule.ToPort, sources),
        _ => null,
    };

    private static ImmutableArray<SourceRange> TrustedOf(FilteredAttachment attachment, bool isIpv4) =>
        SourceRange.Union([.. attachment.PrivateSources.Where(source => source.Width == 32 == isIpv4)], isIpv4);

    // Ranges open to everybody have a set of their own without the address: nearly all ranges are, and it is one lookup instead of two.
    private void EmitIntervals(List<OpenSpan> spans, bool isIpv4)
    {
        var everybody = SourceRange.Everybody(isIpv4);
        bool IsOpenRange(OpenSpan span) => span.Sources == everybody && span.Protocol is Tcp or Udp && span.Last >> 16 == span.Protocol;
        EmitRanges(Flattening.Flatten([.. spans.Where(IsOpenRange)], isIpv4), isIpv4);
        EmitSpans(Flattening.Flatten([.. spans.Where(span => !IsOpenRange(span))], isIpv4), isIpv4);
    }

    // Puts into the shared hash sets what they can hold.
    private bool IsShared(OpenSpan span, bool isIpv4)
    {
        if (span is { First: 0, Last: OpenSpan.Everything })
        {
            // `all` may be there twice, with ports that mean nothing: one element.
            var key = new KeyWriter(8).Family(isIpv4, _table).Device(_device).Key;
            return _entries.Exists(entry => entry.Set == Shared(SetRole.OpenAll) && entry.Element.Key.AsSpan().SequenceEqual(key)) || Add(Shared(SetRole.OpenAll), key);
        }

        if (span.IsWholeProtocol)
        {
            return Add(Shared(SetRole.OpenProtocols), new KeyWriter(12).Family(isIpv4, _table).Device(_device).Byte(span.Protocol).Key);
        }

        if (span.Protocol is Icmp or Icmpv6)
        {
            return span.IsWholeIcmpType && Add(Shared(isIpv4 ? SetRole.OpenIcmp : SetRole.OpenIcmpv6), new KeyWriter(8).Device(_device).Byte(span.Port >> 8).Key);
        }

        if (span.First != span.Last)
        {
            return false;
        }
        // This machine's have sets of their own: all that is asked of the packet is in its headers.
        if (_attachment.IsHost)
        {
            return Add(isIpv4 ? SetId.HostPorts4 : SetId.HostPorts6, new KeyWriter(8).Byte(span.Protocol).Port(span.Port).Key);
        }
        // Private addresses are asked for first, where there are any. They are of IPv4.
        return isIpv4 && !_attachment.PrivateAddresses.IsEmpty
            ? Add(SetId.LabPorts, new KeyWriter(12).Device(_device).Byte(span.Protocol).Port(span.Port).Key)
            : AddPort(span, isIpv4);
    }

    // What both families may reach is one element, which is asked for first; what one may, nearly nothing, has the family in its key. IPv4 comes first.
    private bool AddPort(OpenSpan span, bool isIpv4)
    {
        if (isIpv4)
        {
            _ipv4Ports.Add(span.First);
            return true;
        }

        return _ipv4Ports.Remove(span.First) ? Add(Shared(SetRole.OpenPorts), new KeyWriter(12).Device(_device).Byte(span.Protocol).Port(span.Port).Key) : AddFamilyPort(span.First, isIpv4: false);
    }

    private bool AddFamilyPort(int number, bool isIpv4) =>
        Add(Shared(SetRole.FamilyPorts), new KeyWriter(16).Family(isIpv4, _table).Device(_device).Byte(number >> 16).Port(number & LastPort).Key);

    private void EmitRanges(List<OpenSpan> spans, bool isIpv4)
    {
        foreach (var span in spans)
        {
            AddInterval(SetRole.OpenRanges, Place(span.First, isIpv4), Place(span.Last, isIpv4));
        }
    }

    // A map tells the span that a packet is for, and a set the sources that may reach it. A span is named by its first number and its last: no other one has that name, so whatever is found under it
    // is meant, also while a commit changes first the one and then the other.
    private void EmitSpans(List<OpenSpan> spans, bool isIpv4)
    {
        foreach (var span in spans)
        {
            AddInterval(SetRole.Spans, Place(span.First, isIpv4), Place(span.Last, isIpv4), [.. new byte[4], .. Name(new KeyWriter(12), span).Key]);
        }

        foreach (var span in spans)
        {
            foreach (var source in span.Sources)
            {
                AddInterval(isIpv4 ? SetRole.Sources4 : SetRole.Sources6, Source(span, source.First, isIpv4), Source(span, source.Last, isIpv4));
            }
        }
    }

    private byte[] Place(int number, bool isIpv4) =>
        new KeyWriter(16).Device(_device).Family(isIpv4, _table).Byte(number >> 16).Port(number & LastPort).Key;

    private byte[] Source(OpenSpan span, UInt128 address, bool isIpv4) =>
        Name(new KeyWriter(isIpv4 ? 16 : 28), span).Address(address, isIpv4).Key;

    private KeyWriter Name(KeyWriter writer, OpenSpan span) => writer.Device(_device).Number(span.First).Number(span.Last);

    private void AddInterval(SetRole role, byte[] first, byte[] last, byte[]? value = null)
    {
        var set = new SetId(_section, role);
        if (!_needs.Contains(set))
        {
            // The first interval of an attachment also sends its packets to the section.
            if (!_needs.Exists(need => need.Section == _section))
            {
                _entries.Add(new Entry(_dispatch, new SetElement(new KeyWriter(4).Device(_device).Key, jump: _section.Name)));
            }

            _needs.Add(set);
        }

        _entries.Add(new Entry(set, new SetElement(first, last, value: value)));
    }

    private SetId Shared(SetRole role) => new(SectionId.Shared with { Table = _table }, role);

    private bool Add(SetId set, byte[] key)
    {
        _entries.Add(new Entry(set, new SetElement(key)));
        return true;
    }
}
