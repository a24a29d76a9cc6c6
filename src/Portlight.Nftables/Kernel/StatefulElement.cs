using System.Buffers.Binary;
using Portlight.Nftables.Attributes;
using Portlight.Nftables.Compiling;
using Portlight.Nftables.Netlink;
using static Portlight.Nftables.Kernel.NftablesMessages;

namespace Portlight.Nftables.Kernel;

/// <summary>An element with what it has counted and for how long it is still there.</summary>
/// <param name="Key">Its key.</param>
/// <param name="IsCounted">It has a counter.</param>
/// <param name="Packets">Packets that have found it.</param>
/// <param name="Bytes">Their length.</param>
/// <param name="Left">Until it goes; zero where it stays.</param>
internal sealed record StatefulElement(byte[] Key, bool IsCounted, long Packets, long Bytes, TimeSpan Left)
{
    /// <summary>All elements of a set; none where there is no such set. They come and go while they are listed, so a list that the kernel calls interrupted is as good as any.</summary>
    internal static void ReadAll(NetlinkSocket socket, SetId set, Action<StatefulElement> take) => ReadRaw(socket, set.Section.Table, set.Name, attributes => take(Read(attributes)));

    /// <summary>One element, of a set of intervals the one that begins with the key; null where there is none.</summary>
    internal static StatefulElement? Find(NetlinkSocket socket, SetId set, byte[] key)
    {
        StatefulElement? found = null;
        Ask(socket, set.Section.Table, set.Name, key, element => found = Read(element));
        return found is not null && found.Key.AsSpan().SequenceEqual(key) ? found : null;
    }

    /// <summary>The same as the kernel's attributes, which are those that make such an element.</summary>
    internal static void ReadRaw(NetlinkSocket socket, TableFamily table, string set, ElementReceiver take) => Ask(socket, table, set, null, take);

    private static void Ask(NetlinkSocket socket, TableFamily table, string set, byte[]? key, ElementReceiver take)
    {
        using var request = new NetlinkWriter(128);
        var sequence = socket.NextSequence();
        request.BeginMessage(GetElement, (ushort)(FlagRequest | (key is null ? FlagDump : FlagAck)), sequence);
        request.Raw(Header(table));
        request.Text(ElementListAttributes.Table, TableName);
        request.Text(ElementListAttributes.Set, set);
        if (key is not null)
        {
            var wanted = request.BeginNested(ElementListAttributes.Elements);
            ElementWriter.Write(request, new SetElement(key), withValue: false);
            request.EndNested(wanted);
        }

        request.EndMessage();
        try
        {
            _ = socket.Dump(request, sequence, "cannot read the elements of nf_tables", message =>
            {
                if (message.Attributes(HeaderLength).TryGet(ElementListAttributes.Elements, out var list))
                {
                    foreach (var element in list.Nested)
                    {
                        take(element);
                    }
                }
            });
        }
        catch (NetlinkException absent) when (absent.Errno == Errno.ENOENT)
        {
            // The table, the set or the element.
        }
    }

    private static StatefulElement Read(NetlinkAttribute element)
    {
        var attributes = element.Nested;
        var (key, left) = (Array.Empty<byte>(), TimeSpan.Zero);
        var (isCounted, packets, bytes) = (false, 0L, 0L);
        foreach (var attribute in attributes)
        {
            switch (attribute.Type)
            {
                case ElementAttributes.Key when attribute.Nested.TryGet(DataAttributes.Value, out var value):
                    key = value.Value.ToArray();
                    break;
                case ElementAttributes.Expiration when attribute.Value.Length >= sizeof(ulong):
                    left = TimeSpan.FromMilliseconds(Math.Min(attribute.U64BigEndian, RefusalNotes.Milliseconds));
                    break;
                case ElementAttributes.Expression:
                    Count(attribute.Nested);
                    break;
                case ElementAttributes.Expressions:
                    foreach (var one in attribute.Nested)
                    {
                        Count(one.Nested);
                    }

                    break;
            }
        }

        return new StatefulElement(key, isCounted, packets, bytes, left);

        void Count(NetlinkAttributes expression)
        {
            if (expression.TextOrNull(ExpressionAttributes.Name) == StatementWriter.Counter && expression.TryGet(ExpressionAttributes.Data, out var counter))
            {
                (isCounted, packets, bytes) = (true, Number(counter.Nested, CounterAttributes.Packets), Number(counter.Nested, CounterAttributes.Bytes));
            }
        }
    }

    private static long Number(NetlinkAttributes attributes, ushort type) =>
        attributes.TryGet(type, out var number) && number.Value.Length >= sizeof(ulong) ? (long)Math.Min(BinaryPrimitives.ReadUInt64BigEndian(number.Value), long.MaxValue) : 0;
}

/// <summary>Takes one element; valid during the call only.</summary>
internal delegate void ElementReceiver(NetlinkAttribute element);
