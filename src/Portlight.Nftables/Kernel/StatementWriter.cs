using System.Collections.Immutable;
using Portlight.Nftables.Attributes;
using Portlight.Nftables.Compiling;
using Portlight.Nftables.Netlink;

namespace Portlight.Nftables.Kernel;

/// <summary>The statements of a set, as the kernel reads them and gives them to each element.</summary>
internal static class StatementWriter
{
    internal const string Counter = "counter";

    public static void Write(NetlinkWriter writer, ImmutableArray<SetStatement> statements)
    {
        if (statements.IsEmpty)
        {
            return;
        }

        var list = writer.BeginNested(SetAttributes.Expressions);
        foreach (var statement in statements)
        {
            var element = writer.BeginNested(ListAttributes.Element);
            writer.Text(ExpressionAttributes.Name, statement.Kind == SetStatementKind.Counter ? Counter : "limit");
            var body = writer.BeginNested(ExpressionAttributes.Data);
            if (statement.Kind == SetStatementKind.Limit)
            {
                writer.U64BigEndian(LimitAttributes.Rate, statement.Rate);
                writer.U64BigEndian(LimitAttributes.Unit, statement.UnitSeconds);
                writer.U32BigEndian(LimitAttributes.Burst, statement.Burst);
                writer.U32BigEndian(LimitAttributes.Type, LimitAttributes.OfPackets);
            }

            writer.EndNested(body);
            writer.EndNested(element);
        }

        writer.EndNested(list);
    }
}
