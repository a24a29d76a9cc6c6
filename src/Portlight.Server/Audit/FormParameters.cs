using System.Text;
using System.Text.Json;
using Portlight.Wire.Query;

namespace Portlight.Server.Audit;

/// <summary>
/// A form's parameters as CloudTrail shows them: names begin with a lower-case letter, and what the Query protocol spells out, <c>Tags.member.1.Key</c>, is the list
/// or structure that it stands for. Without the action's name and version, and without the parts of a signature.
/// </summary>
internal static class FormParameters
{
    private const int MaxDepth = 8;

    public static void Write(Utf8JsonWriter writer, QueryRequest form)
    {
        var parameters = form.Parameters
            .Where(pair => pair.Key is not ("Action" or "Version") && !pair.Key.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .ToList();
        var length = parameters.Sum(pair => pair.Key.Length + pair.Value.Length);
        if (length > RequestParameters.MaxLength)
        {
            RequestParameters.WriteOmitted(writer, length);
        }
        else if (parameters.Count == 0)
        {
            writer.WriteNullValue();
        }
        else
        {
            WriteNode(writer, Tree(parameters), name: "");
        }
    }

    private static Node Tree(List<KeyValuePair<string, string>> parameters)
    {
        var root = new Node();
        foreach (var (name, value) in parameters)
        {
            var parts = name.Split('.');
            var node = root;
            foreach (var part in parts.Length <= MaxDepth ? parts : [name])
            {
                node = node.Children.TryGetValue(part, out var child) ? child : node.Children[part] = new Node();
            }

            node.Value = value;
        }

        return root;
    }

    private static void WriteNode(Utf8JsonWriter writer, Node node, string name)
    {
        if (HiddenMembers.Contain(Encoding.UTF8.GetBytes(name)))
        {
            writer.WriteStringValue(HiddenMembers.InsteadOfValue);
        }
        else if (node.Children.Count == 0)
        {
            writer.WriteStringValue(node.Value);
        }
        else if (node.Items() is { } items)
        {
            writer.WriteStartArray();
            foreach (var item in items)
            {
                WriteNode(writer, item, name: "");
            }

            writer.WriteEndArray();
        }
        else
        {
            WriteObject(writer, node);
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, Node node)
    {
        writer.WriteStartObject();
        if (node.Value is { } value)
        {
            writer.WriteString("value"u8, value); // a parameter that is a text and a structure at once: no operation has one
        }

        foreach (var (name, child) in node.Children)
        {
            writer.WritePropertyName(Lowered(name));
            WriteNode(writer, child, name);
        }

        writer.WriteEndObject();
    }

    private static string Lowered(string name) => name.Length > 0 && char.IsAsciiLetterUpper(name[0]) ? char.ToLowerInvariant(name[0]) + name[1..] : name;

    private sealed class Node
    {
        public string? Value { get; set; }

        public Dictionary<string, Node> Children { get; } = new(StringComparer.Ordinal);

        /// <summary>The elements of a list, in order of their numbers; null when this is none.</summary>
        public IEnumerable<Node>? Items()
        {
            if (Value is not null || Children.Count != 1 || !Children.TryGetValue("member", out var members) || members.Value is not null)
            {
                return null;
            }

            return members.Children.Keys.All(key => key.Length is > 0 and < 7 && key.All(char.IsAsciiDigit))
                ? members.Children.OrderBy(pair => int.Parse(pair.Key, System.Globalization.CultureInfo.InvariantCulture)).Select(pair => pair.Value)
                : null;
        }
    }
}
