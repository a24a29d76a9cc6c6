using Portlight.Nftables.Attributes;
using Portlight.Nftables.Compiling;
using Portlight.Nftables.Netlink;

namespace Portlight.Nftables.Kernel;

/// <summary>One element of a set or map, as the kernel reads it.</summary>
internal static class ElementWriter
{
    public static void Write(NetlinkWriter writer, SetElement element, bool withValue)
    {
        var item = writer.BeginNested(ListAttributes.Element);
        Key(writer, ElementAttributes.Key, element.Key);
        if (withValue && element.Jump is not null)
        {
            RuleBuilder.WriteVerdict(writer, ElementAttributes.Data, RuleBuilder.JumpCode, element.Jump);
        }

        if (withValue && element.Value is not null)
        {
            Key(writer, ElementAttributes.Data, element.Value);
        }

        writer.EndNested(item);
        if (element.KeyEnd is null)
        {
            return;
        }

        var end = writer.BeginNested(ListAttributes.Element);
        Key(writer, ElementAttributes.Key, IntervalBounds.After(element.KeyEnd));
        writer.U32BigEndian(ElementAttributes.Flags, IntervalBounds.FlagEnd);
        writer.EndNested(end);
    }

    private static void Key(NetlinkWriter writer, ushort attribute, byte[] key)
    {
        var nested = writer.BeginNested(attribute);
        writer.Bytes(DataAttributes.Value, key);
        writer.EndNested(nested);
    }
}
