using Portlight.Nftables.Attributes;
using Portlight.Nftables.Netlink;
using static Portlight.Nftables.Kernel.NftablesMessages;

namespace Portlight.Nftables.Translations;

/// <summary>A set or map of somebody's rule.</summary>
internal sealed record NatSet(uint KeyLength, bool HasIntervals, bool IsConcatenation, IReadOnlyList<NatElement> Elements);

/// <summary>An element; <paramref name="Chain"/> is where a verdict map's element jumps to.</summary>
internal sealed record NatElement(byte[] Key, byte[]? KeyEnd, bool EndsInterval, byte[]? Value, string? Chain);

/// <summary>Reads other people's tables that have a nat chain at prerouting, and nothing else of theirs.</summary>
internal sealed class NatTables(NetlinkSocket socket)
{
    private const uint PreRouting = 0;
    private const uint SetHasIntervals = 0x4;
    private const uint ElementEndsInterval = 0x1;

    private readonly Dictionary<(byte, string, string), NatSet?> _sets = [];

    /// <summary>The base chains at prerouting whose type is nat.</summary>
    internal List<(byte Family, string Table, string Chain)> BaseChains()
    {
        var found = new List<(byte, string, string)>();
        Ask(GetChain, 0, _ => { }, message =>
        {
            var attributes = message.Attributes(HeaderLength);
            if (attributes.TryGet(ChainAttributes.Hook, out var hook)
                && hook.Nested.U32BigEndianOrNull(HookAttributes.Number) == PreRouting
                && attributes.TextOrNull(ChainAttributes.Type) == "nat")
            {
                found.Add((message.Payload[0], attributes.TextOrNull(ChainAttributes.Table) ?? "", attributes.TextOrNull(ChainAttributes.Name) ?? ""));
            }
        });
        return found;
    }

    /// <summary>The rules of a table by chain, each as its list of expressions.</summary>
    internal Dictionary<string, List<byte[]>> Rules(byte family, string table)
    {
        var rules = new Dictionary<string, List<byte[]>>();
        Ask(GetRule, family, request => request.Text(RuleAttributes.Table, table), message =>
        {
            var attributes = message.Attributes(HeaderLength);
            // A kernel that does not filter a dump by table lists all.
            if (attributes.TextOrNull(RuleAttributes.Table) != table || !attributes.TryGet(RuleAttributes.Expressions, out var expressions))
            {
                return;
            }

            var chain = attributes.TextOrNull(RuleAttributes.Chain) ?? "";
            if (!rules.TryGetValue(chain, out var list))
            {
                rules[chain] = list = [];
            }

            list.Add(expressions.Value.ToArray());
        });
        return rules;
    }

    /// <summary>A set with its elements; null when it is gone.</summary>
    internal NatSet? Set(byte family, string table, string name)
    {
        if (_sets.TryGetValue((family, table, name), out var known))
        {
            return known;
        }

        NatSet? read = null;
        try
        {
            read = ReadSet(family, table, name);
        }
        catch (NetlinkException gone) when (gone.Errno == Errno.ENOENT)
        {
            // Removed since its rule was listed.
        }

        return _sets[(family, table, name)] = read;
    }

    private NatSet? ReadSet(byte family, string table, string name)
    {
        uint flags = 0, length = 0;
        var isConcatenation = false;
        Ask(GetSet, family, request => request.Text(SetAttributes.Table, table), message =>
        {
            var attributes = message.Attributes(HeaderLength);
            if (attributes.TextOrNull(SetAttributes.Table) != table || attributes.TextOrNull(SetAttributes.Name) != name)
            {
                return;
            }

            flags = attributes.U32BigEndianOrNull(SetAttributes.Flags) ?? 0;
            length = attributes.U32BigEndianOrNull(SetAttributes.KeyLength) ?? 0;
            isConcatenation = attributes.TryGet(SetAttributes.Description, out var description) && description.Nested.TryGet(SetDescriptionAttributes.Concatenation, out _);
        });
        if (length == 0)
        {
            return null;
        }

        var elements = new List<NatElement>();
        Ask(GetElement, family, request =>
        {
            request.Text(ElementListAttributes.Table, table);
            request.Text(ElementListAttributes.Set, name);
        }, message =>
        {
            if (!message.Attributes(HeaderLength).TryGet(ElementListAttributes.Elements, out var list))
            {
                return;
            }

            foreach (var element in list.Nested)
            {
                elements.Add(Read(element.Nested));
            }
        });
        return new NatSet(length, (flags & SetHasIntervals) != 0, isConcatenation, elements);
    }

    private static NatElement Read(NetlinkAttributes element)
    {
        byte[]? value = null;
        string? chain = null;
        if (element.TryGet(ElementAttributes.Data, out var data))
        {
            if (data.Nested.TryGet(DataAttributes.Value, out var bytes))
            {
                value = bytes.Value.ToArray();
            }
            else if (data.Nested.TryGet(DataAttributes.Verdict, out var verdict))
            {
                chain = verdict.Nested.TextOrNull(VerdictAttributes.Chain);
            }
        }

        return new NatElement(Bytes(element, ElementAttributes.Key) ?? [], Bytes(element, ElementAttributes.KeyEnd), ((element.U32BigEndianOrNull(ElementAttributes.Flags) ?? 0) & ElementEndsInterval) != 0, value, chain);
    }

    private static byte[]? Bytes(NetlinkAttributes attributes, ushort type) =>
        attributes.TryGet(type, out var data) && data.Nested.TryGet(DataAttributes.Value, out var value) ? value.Value.ToArray() : null;

    private void Ask(ushort type, byte family, Action<NetlinkWriter> write, NetlinkMessageReceiver receive)
    {
        // A change meanwhile may hide a rule from one look; this is a preview, which is out of date a moment later in any case.
        using var request = new NetlinkWriter(256);
        var sequence = socket.NextSequence();
        request.BeginMessage(type, FlagRequest | FlagDump, sequence);
        Span<byte> header = stackalloc byte[HeaderLength];
        header.Clear();
        header[0] = family;
        request.Raw(header);
        write(request);
        request.EndMessage();
        _ = socket.Dump(request, sequence, "cannot list the nat rules of this machine", receive);
    }
}
