using System.Globalization;
using Portlight.Api;
using Portlight.Wire.Query;

namespace Portlight.Audit;

/// <summary>
/// The parameters of a form, as far as its operation has them, as CloudTrail shows them: what the Query protocol spells out, <c>Tags.member.1.Key</c>, is the list or
/// structure that it stands for. Without the action's name and version, and without the parts of a signature.
/// </summary>
internal static class FormParameters
{
    private const string ListMember = "member";

    /// <summary>No operation's parameters are deeper: list, member, number, list, member, number.</summary>
    private const int MaxParts = 8;

    public static void Write(ParameterWriter writer, QueryRequest form, ParameterShape shape)
    {
        var root = new Node();
        foreach (var (name, value) in form.Parameters)
        {
            if (name is not ("Action" or "Version") && !name.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase))
            {
                writer.Unmodelled++;
                root.Add(name, value);
            }
        }

        WriteMembers(writer, root, shape, isTop: true);
    }

    private static void WriteMembers(ParameterWriter writer, Node node, ParameterShape shape, bool isTop)
    {
        writer.BeginStructure();
        foreach (var member in shape.Members)
        {
            if (!node.Children.TryGetValue(member.Name, out var value))
            {
                continue;
            }

            if (isTop)
            {
                writer.BeginParameter();
            }

            if (writer.TryName(member))
            {
                WriteValue(writer, value, member.Shape);
            }
            else
            {
                writer.Unmodelled--;
            }
        }

        writer.Json.WriteEndObject();
    }

    private static void WriteValue(ParameterWriter writer, Node node, ParameterShape shape)
    {
        if (shape.Element is { } element && (node.Value is null || node.Value.Length == 0))
        {
            // SDKs write an empty list as an empty parameter.
            writer.Unmodelled -= node.Value is null ? 0 : 1;
            WriteList(writer, node, element);
        }
        else if (shape.IsStructure && node.Value is null)
        {
            WriteMembers(writer, node, shape, isTop: false);
        }
        else if (node.Value is { } text)
        {
            writer.Unmodelled--;
            writer.Text(text);
        }
        else
        {
            writer.Json.WriteNullValue();
        }
    }

    private static void WriteList(ParameterWriter writer, Node node, ParameterShape element)
    {
        var omitted = 0;
        writer.Json.WriteStartArray();
        foreach (var item in node.Children.TryGetValue(ListMember, out var members) ? members.Numbered() : [])
        {
            if (writer.HasRoom)
            {
                WriteValue(writer, item, element);
            }
            else
            {
                omitted++;
                writer.Unmodelled -= item.Count();
            }
        }

        writer.EndList(omitted);
    }

    private sealed class Node
    {
        public string? Value { get; private set; }

        public Dictionary<string, Node> Children { get; } = new(StringComparer.Ordinal);

        public void Add(string name, string value)
        {
            var node = this;
            if (name.AsSpan().Count('.') < MaxParts)
            {
                foreach (var part in name.Split('.'))
                {
                    node = node.Children.TryGetValue(part, out var child) ? child : node.Children[part] = new Node();
                }

                node.Value = value;
            }
        }

        /// <summary>How many parameters are here and below.</summary>
        public int Count() => (Value is null ? 0 : 1) + Children.Values.Sum(child => child.Count());

        /// <summary>The elements of a list, in order of their numbers; what has none is none.</summary>
        public IEnumerable<Node> Numbered() => Children
            .Where(pair => pair.Key.Length is > 0 and < 7 && pair.Key.All(char.IsAsciiDigit))
            .OrderBy(pair => int.Parse(pair.Key, CultureInfo.InvariantCulture))
            .Select(pair => pair.Value);
    }
}
