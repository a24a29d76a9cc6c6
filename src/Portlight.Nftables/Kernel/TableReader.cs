using System.Runtime.InteropServices;
using Portlight.Nftables.Attributes;
using Portlight.Nftables.Compiling;
using Portlight.Nftables.Netlink;
using static Portlight.Nftables.Kernel.NftablesMessages;

namespace Portlight.Nftables.Kernel;

/// <summary>Reads our tables back. Only those are asked for: listing everybody's costs whatever everybody has.</summary>
internal sealed class TableReader : IDisposable
{
    private readonly NetlinkSocket _socket;
    private readonly NetlinkWriter _request = new(256);
    private readonly ActualTable _table = new();

    private readonly TableFamily _family;

    private TableReader(NetlinkSocket socket, TableFamily family) => (_socket, _family) = (socket, family);

    /// <summary>The table inet, and the table bridge with it.</summary>
    internal static ActualTable Read(NetlinkSocket socket)
    {
        var generation = Generation(socket);
        var table = Read(socket, TableFamily.Inet);
        table.Generation = generation;
        table.Bridge = Read(socket, TableFamily.Bridge);
        table.IsConsistent &= table.Bridge.IsConsistent;
        return table;
    }

    private static ActualTable Read(NetlinkSocket socket, TableFamily family)
    {
        using var reader = new TableReader(socket, family);
        if (!reader.ReadTable())
        {
            return reader._table;
        }

        reader.ReadRules();
        foreach (var chain in reader._table.Rules.Keys)
        {
            reader.ReadHook(chain);
        }

        reader.ReadSets();
        // What packets put in is nobody's to compare.
        foreach (var (set, declared) in reader._table.Sets)
        {
            if ((declared.Flags & SetSpec.FlagDynamic) == 0)
            {
                reader.ReadElements(set);
            }
        }

        return reader._table;
    }

    /// <summary>The rules, the declarations of all sets, and the elements of those that are named and exist.</summary>
    internal static ActualTable ReadSets(NetlinkSocket socket, TableFamily family, IEnumerable<SetId> wanted)
    {
        using var reader = new TableReader(socket, family);
        if (!reader.ReadTable())
        {
            return reader._table;
        }

        reader.ReadRules();
        reader.ReadSets();
        foreach (var set in wanted)
        {
            if (reader._table.Sets.ContainsKey(set.Name))
            {
                reader.ReadElements(set.Name);
            }
        }

        return reader._table;
    }

    /// <summary>Whether our table is there with a set of that name.</summary>
    internal static bool HasSet(NetlinkSocket socket, SetId set)
    {
        using var reader = new TableReader(socket, set.Section.Table);
        reader.AskUnlessGone(() => reader.Ask(GetSet, FlagAck, "read a set", request =>
        {
            request.Text(SetAttributes.Table, TableName);
            request.Text(SetAttributes.Name, set.Name);
        }, reader.Take));
        return reader._table.Sets.Count > 0;
    }

    /// <summary>The table without what is in it.</summary>
    internal static ActualTable Find(NetlinkSocket socket, TableFamily family = TableFamily.Inet)
    {
        using var reader = new TableReader(socket, family);
        reader.ReadTable();
        return reader._table;
    }

    public void Dispose() => _request.Dispose();

    /// <summary>A number that every commit changes, of whatever process.</summary>
    internal static uint Generation(NetlinkSocket socket)
    {
        using var reader = new TableReader(socket, TableFamily.Inet);
        reader.ReadGeneration();
        return reader._table.Generation;
    }

    private void ReadGeneration() => Ask(GetGeneration, FlagAck, "read the generation", null, message =>
        _table.Generation = message.Attributes(HeaderLength).U32BigEndianOrNull(GenerationAttributes.Id) ?? 0);

    private bool ReadTable()
    {
        try
        {
            Ask(GetTable, FlagAck, "read the table", request => request.Text(TableAttributes.Name, TableName), message =>
            {
                _table.Exists = true;
                var attributes = message.Attributes(HeaderLength);
                _table.Flags = attributes.U32BigEndianOrNull(TableAttributes.Flags) ?? 0;
                _table.ObjectCount = attributes.U32BigEndianOrNull(TableAttributes.Use) ?? 0;
                _table.Installation = attributes.TryGet(TableAttributes.Userdata, out var userdata) ? TableMark.Read(userdata.Value) : null;
                _table.OwnerPortId = attributes.U32BigEndianOrNull(TableAttributes.Owner);
            });
        }
        catch (NetlinkException absent) when (absent.Errno == Errno.ENOENT)
        {
            _table.Exists = false;
        }

        return _table.Exists;
    }

    private void ReadRules() => Ask(GetRule, FlagDump, "read the rules", request => request.Text(RuleAttributes.Table, TableName), message =>
    {
        var attributes = message.Attributes(HeaderLength);
        ref var rules = ref CollectionsMarshal.GetValueRefOrAddDefault(_table.Rules, attributes.TextOrNull(RuleAttributes.Chain) ?? "", out _);
        (rules ??= []).Add(attributes.TryGet(RuleAttributes.Userdata, out var userdata) ? userdata.Value.ToArray() : []);
    });

    private void ReadHook(string chain) => AskUnlessGone(() => Ask(GetChain, FlagAck, "read a chain", request =>
    {
        request.Text(ChainAttributes.Table, TableName);
        request.Text(ChainAttributes.Name, chain);
    }, message =>
    {
        var attributes = message.Attributes(HeaderLength);
        if (!attributes.TryGet(ChainAttributes.Hook, out var hook))
        {
            return;
        }

        var ours = attributes.TextOrNull(ChainAttributes.Type) == "filter" && attributes.U32BigEndianOrNull(ChainAttributes.Policy) == 1;
        _table.Hooks[chain] = ours ? new HookSpec(hook.Nested.U32BigEndianOrNull(HookAttributes.Number) ?? 0, (int)(hook.Nested.U32BigEndianOrNull(HookAttributes.Priority) ?? 0)) : new HookSpec(uint.MaxValue, 0);
    }));

    private void ReadSets() => Ask(GetSet, FlagDump, "read the sets", request => request.Text(SetAttributes.Table, TableName), Take);

    private void Take(NetlinkMessage message)
    {
        var attributes = message.Attributes(HeaderLength);
        var name = attributes.TextOrNull(SetAttributes.Name) ?? "";
        var capacity = attributes.TryGet(SetAttributes.Description, out var description) ? description.Nested.U32BigEndianOrNull(SetDescriptionAttributes.Size) ?? 0 : 0;
        _table.Sets[name] = new ActualSet(attributes.U32BigEndianOrNull(SetAttributes.Flags) ?? 0, attributes.U32BigEndianOrNull(SetAttributes.KeyType) ?? 0, attributes.U32BigEndianOrNull(SetAttributes.KeyLength) ?? 0, capacity);
    }

    private void ReadElements(string set) => AskUnlessGone(() =>
    {
        var elements = _table.Elements[set] = [];
        var bounds = (_table.Sets[set].Flags & SetSpec.FlagInterval) != 0 ? new IntervalBounds() : null;
        Ask(GetElement, FlagDump, "read the elements", request =>
        {
            request.Text(ElementListAttributes.Table, TableName);
            request.Text(ElementListAttributes.Set, set);
        }, message =>
        {
            if (!message.Attributes(HeaderLength).TryGet(ElementListAttributes.Elements, out var list))
            {
                return;
            }

            foreach (var element in list.Nested)
            {
                if (bounds is null)
                {
                    elements.Add(ReadElement(element.Nested));
                }
                else
                {
                    bounds.Add(Value(element.Nested, ElementAttributes.Key) ?? [], element.Nested.U32BigEndianOrNull(ElementAttributes.Flags) ?? 0, Value(element.Nested, ElementAttributes.Data));
                }
            }
        });
        if (bounds?.TryPair(elements) == false)
        {
            _table.HasLoneBounds = true;
        }
    });

    private static SetElement ReadElement(NetlinkAttributes attributes)
    {
        string? jump = null;
        if (attributes.TryGet(ElementAttributes.Data, out var data) && data.Nested.TryGet(DataAttributes.Verdict, out var verdict))
        {
            // Any verdict but our kind of jump is written so that it equals none of ours.
            jump = (int)(verdict.Nested.U32BigEndianOrNull(VerdictAttributes.Code) ?? 0) == RuleBuilder.JumpCode ? verdict.Nested.TextOrNull(VerdictAttributes.Chain) : "?";
        }

        return new SetElement(Value(attributes, ElementAttributes.Key) ?? [], jump: jump, value: jump is null ? Value(attributes, ElementAttributes.Data) : null);
    }

    private static byte[]? Value(NetlinkAttributes attributes, ushort type) =>
        attributes.TryGet(type, out var data) && data.Nested.TryGet(DataAttributes.Value, out var value) ? value.Value.ToArray() : null;

    private void AskUnlessGone(Action ask)
    {
        try
        {
            ask();
        }
        catch (NetlinkException gone) when (gone.Errno == Errno.ENOENT)
        {
            // Removed by somebody since it was listed.
            _table.IsConsistent = false;
        }
    }

    private void Ask(ushort type, ushort flags, string what, Action<NetlinkWriter>? write, NetlinkMessageReceiver receive)
    {
        var sequence = _socket.NextSequence();
        _request.Clear();
        _request.BeginMessage(type, (ushort)(FlagRequest | flags), sequence);
        _request.Raw(Header(_family));
        write?.Invoke(_request);
        _request.EndMessage();
        _table.IsConsistent &= _socket.Dump(_request, sequence, $"cannot {what} of nf_tables", receive);
    }
}
