using Portlight.Nftables.Attributes;
using Portlight.Nftables.Compiling;
using Portlight.Nftables.Netlink;

namespace Portlight.Nftables.Kernel;

/// <summary>The declaration of a set, as the kernel reads it.</summary>
internal static class SetWriter
{
    /// <param name="writer">Where to; a message is under way.</param>
    /// <param name="table">The table's name.</param>
    /// <param name="set">The set.</param>
    /// <param name="number">Of the set in its transaction.</param>
    public static void Write(NetlinkWriter writer, string table, SetSpec set, uint number)
    {
        writer.Text(SetAttributes.Table, table);
        writer.Text(SetAttributes.Name, set.Name);
        writer.U32BigEndian(SetAttributes.Flags, set.Flags);
        writer.U32BigEndian(SetAttributes.KeyType, set.KeyType);
        writer.U32BigEndian(SetAttributes.KeyLength, (uint)set.KeyLength);
        if (set.Value != SetValue.None)
        {
            writer.U32BigEndian(SetAttributes.DataType, set.ValueType);
            writer.U32BigEndian(SetAttributes.DataLength, (uint)set.ValueLength);
        }

        writer.U32BigEndian(SetAttributes.Id, number);
        if (set.Timeout > 0)
        {
            writer.U64BigEndian(SetAttributes.Timeout, set.Timeout);
        }

        StatementWriter.Write(writer, set.Statements);
        if (set.Capacity > 0)
        {
            var description = writer.BeginNested(SetAttributes.Description);
            writer.U32BigEndian(SetDescriptionAttributes.Size, (uint)set.Capacity);
            writer.EndNested(description);
        }

        // Tells nft that a lone interface name or mark is not a number to be turned round (libnftnl, NFTNL_UDATA_SET_KEYBYTEORDER and …DATABYTEORDER; 1 is the host's order).
        ReadOnlySpan<byte> orders = [0, 4, 1, 0, 0, 0, 1, 4, 1, 0, 0, 0];
        var (from, to) = (set.Key.Length == 1 ? 0 : orders.Length / 2, set.Value == SetValue.Mark ? orders.Length : orders.Length / 2);
        if (from < to)
        {
            writer.Bytes(SetAttributes.Userdata, orders[from..to]);
        }

    }
}
