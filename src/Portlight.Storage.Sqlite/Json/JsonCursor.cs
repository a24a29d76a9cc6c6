using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// Reads what the store itself wrote, member by member. Strict: a member that nobody knows is damage, because a newer schema has been refused
/// already. In a database that servers share it may be of a newer server, docs/decisions/0145-two-versions-side-by-side.md.
/// </summary>
internal ref struct JsonCursor
{
    private static readonly Repeated<string> Known = new(4_096);

    private readonly ReadOnlySpan<byte> _utf8;
    private Utf8JsonReader _reader;

    public JsonCursor(ReadOnlySpan<byte> utf8)
    {
        _utf8 = utf8;
        _reader = new Utf8JsonReader(utf8);
        EnterObject();
    }

    private JsonCursor(ReadOnlySpan<byte> utf8, Utf8JsonReader reader)
    {
        _utf8 = utf8;
        _reader = reader;
    }

    /// <summary>Reads an array.</summary>
    public static JsonCursor OfArray(ReadOnlySpan<byte> utf8)
    {
        var cursor = new JsonCursor(utf8, new Utf8JsonReader(utf8));
        cursor.EnterArray();
        return cursor;
    }

    public void EnterObject() => Expect(JsonTokenType.StartObject);

    public void EnterArray() => Expect(JsonTokenType.StartArray);

    /// <summary>Moves to the next member of the object; false at its end.</summary>
    public bool NextMember(out string name)
    {
        name = "";
        if (!_reader.Read() || _reader.TokenType == JsonTokenType.EndObject)
        {
            return false;
        }

        name = KnownText();
        return true;
    }

    /// <summary>Moves to the next text of an array; false at its end.</summary>
    public bool NextText(out string text)
    {
        _reader.Read();
        text = _reader.TokenType == JsonTokenType.EndArray ? "" : _reader.GetString()!;
        return _reader.TokenType != JsonTokenType.EndArray;
    }

    /// <summary>Moves into the next object of an array; false at its end.</summary>
    public bool NextObject()
    {
        _reader.Read();
        return _reader.TokenType == JsonTokenType.StartObject;
    }

    /// <summary>Moves to the next text of an array, or into its next object, for which the text is null; false at its end.</summary>
    public bool NextTextOrObject(out string? text)
    {
        _reader.Read();
        text = _reader.TokenType == JsonTokenType.String ? _reader.GetString() : null;
        return _reader.TokenType switch
        {
            JsonTokenType.String or JsonTokenType.StartObject => true,
            JsonTokenType.EndArray => false,
            _ => throw new JsonException($"{_reader.TokenType} where text or an object is wanted"),
        };
    }

    public string Text() => TextOrNull() ?? throw new JsonException("null where text is wanted");

    /// <summary>A text that many rows have.</summary>
    public string RepeatedText()
    {
        _reader.Read();
        return _reader.TokenType == JsonTokenType.String ? KnownText() : throw new JsonException($"{_reader.TokenType} where text is wanted");
    }

    /// <summary>An array as it stands there, without a look into it; what it says is read by another cursor, or known.</summary>
    public ReadOnlySpan<byte> Array()
    {
        EnterArray();
        var from = (int)_reader.TokenStartIndex;
        _reader.Skip();
        return _utf8[from..(int)_reader.BytesConsumed];
    }

    public string? TextOrNull()
    {
        _reader.Read();
        return _reader.GetString();
    }

    public long Int64()
    {
        _reader.Read();
        return _reader.GetInt64();
    }

    /// <summary>What is written only where it is true.</summary>
    public bool True()
    {
        _reader.Read();
        return _reader.GetBoolean() ? true : throw new JsonException("false where only true is written");
    }

    public Guid Guid()
    {
        _reader.Read();
        return _reader.GetGuid();
    }

    public DateTimeOffset Time()
    {
        _reader.Read();
        return _reader.GetDateTimeOffset();
    }

    public IPAddress Address() => ParseAddress(Text());

    public ImmutableArray<string> Texts()
    {
        EnterArray();
        var found = ImmutableArray.CreateBuilder<string>();
        while (NextText(out var text))
        {
            found.Add(text);
        }

        return found.DrainToImmutable();
    }

    public ImmutableArray<Cidr> Cidrs(AddressFamily? family = null)
    {
        EnterArray();
        var found = ImmutableArray.CreateBuilder<Cidr>();
        while (NextText(out var text))
        {
            found.Add(ParseCidr(text, family));
        }

        return found.DrainToImmutable();
    }

    public ImmutableArray<IPAddress> Addresses()
    {
        EnterArray();
        var found = ImmutableArray.CreateBuilder<IPAddress>();
        while (NextText(out var text))
        {
            found.Add(ParseAddress(text));
        }

        return found.DrainToImmutable();
    }

    /// <summary>A member that nobody knows.</summary>
    public static JsonException Unknown(string member) => new UnknownMemberException(member);

    /// <summary>A known member that says what nobody knows.</summary>
    public static JsonException UnknownValue(string member) => new($"nothing known that `{member}` may be");

    private readonly string KnownText() => _reader.ValueIsEscaped ? _reader.GetString()! : Known.Find(_reader.ValueSpan) ?? Known.Keep(_reader.ValueSpan, _reader.GetString()!);

    private static Cidr ParseCidr(string text, AddressFamily? family)
    {
        if (text == "0.0.0.0/0")
        {
            return Cidr.AnyIpv4;
        }

        if (text == "::/0")
        {
            return Cidr.AnyIpv6;
        }

        family ??= text.Contains(':', StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        return Cidr.TryParse(text, family.Value, out var cidr, out var problem) ? cidr : throw new JsonException($"`{text}` {problem}");
    }

    private static IPAddress ParseAddress(string text) => ParseCidr(text, null).ToAddress();

    private void Expect(JsonTokenType type)
    {
        if (!_reader.Read() || _reader.TokenType != type)
        {
            throw new JsonException($"{_reader.TokenType} where {type} is wanted");
        }
    }
}
