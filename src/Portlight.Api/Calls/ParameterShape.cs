using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Portlight.Api;

/// <summary>
/// Which parameters an operation has, and which members those have: what an event may show of a request. Whatever else a caller sends is left out and counted, so
/// that nobody decides what stands in the log but the operation.
/// </summary>
internal sealed class ParameterShape
{
    /// <summary>A text, a number, a flag.</summary>
    public static readonly ParameterShape Scalar = new();

    /// <summary>The members of a structure, at most 64; none of a scalar, of a list and of an operation without parameters.</summary>
    public IReadOnlyList<Parameter> Members { get; private init; } = [];

    /// <summary>What a list holds; null for what is no list.</summary>
    public ParameterShape? Element { get; private init; }

    public bool IsStructure => Members.Count > 0;

    /// <summary>The shape of a JSON request, as its operation reads it.</summary>
    public static ParameterShape Of(JsonTypeInfo type) => type.Kind switch
    {
        JsonTypeInfoKind.Object => new() { Members = [.. type.Properties.Select(property => new Parameter(property.Name, Of(type.Options.GetTypeInfo(property.PropertyType))))] },
        JsonTypeInfoKind.Enumerable when type.ElementType is { } element => new() { Element = Of(type.Options.GetTypeInfo(element)) },
        _ => Scalar,
    };

    /// <summary>
    /// The shape of a Query request, spelt out as <c>Path Tags[Key Value] UserName</c>: names with space between, a list with what it holds in brackets, which is
    /// texts where nothing stands there. Members are in ordinal order of their names, whatever theirs is.
    /// </summary>
    public static ParameterShape Parse(ReadOnlySpan<char> text)
    {
        var members = new List<Parameter>();
        while (!text.IsEmpty)
        {
            var end = text.IndexOfAny(' ', '[');
            var name = (end < 0 ? text : text[..end]).ToString();
            var shape = Scalar;
            text = end < 0 ? [] : text[end..];
            if (text.StartsWith("["))
            {
                var close = ClosingBracket(text);
                shape = new() { Element = close == 1 ? Scalar : Parse(text[1..close]) };
                text = text[(close + 1)..];
            }

            members.Add(new Parameter(name, shape));
            text = text.TrimStart(' ');
        }

        return new() { Members = [.. members.OrderBy(member => member.Name, StringComparer.Ordinal)] };
    }

    /// <summary>Where a member of this name stands in <see cref="Members"/>; negative for a name that is none.</summary>
    public int Find(ref Utf8JsonReader reader)
    {
        // A name may be spelt with escapes, and is the same name to a reader of the request.
        var name = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(JsonTexts.Of(ref reader)) : reader.ValueSpan;
        for (var i = 0; i < Members.Count; i++)
        {
            if (name.SequenceEqual(Members[i].Utf8Name))
            {
                return i;
            }
        }

        return -1;
    }

    private static int ClosingBracket(ReadOnlySpan<char> text)
    {
        var depth = 0;
        for (var i = 0; ; i++)
        {
            depth += text[i] switch { '[' => 1, ']' => -1, _ => 0 };
            if (depth == 0)
            {
                return i;
            }
        }
    }
}

/// <summary>A member of a request.</summary>
/// <param name="Name">As it stands in the request.</param>
/// <param name="Shape">What it holds.</param>
internal sealed record Parameter(string Name, ParameterShape Shape)
{
    public byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(Name);

    /// <summary>As CloudTrail shows it: with a small letter first.</summary>
    public JsonEncodedText Shown { get; } = JsonEncodedText.Encode(char.ToLowerInvariant(Name[0]) + Name[1..]);

    /// <summary>Whether an event shows only that it was there.</summary>
    public Hiding Hiding { get; } = HiddenMembers.Of(Name);
}
