using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Portlight.Api;

namespace Portlight.Audit;

/// <summary>
/// Writes the values of one request into an event: in the writer's own spelling, without secrets, and bounded. Each parameter has its share of what there is
/// room for, so that no caller can fill one parameter to push out another.
/// </summary>
internal sealed partial class ParameterWriter(Utf8JsonWriter writer, ParameterShape shape, bool isRefused)
{
    /// <summary>Characters of all parameters of an event.</summary>
    public const int MaxLength = 128 * 1024;

    /// <summary>Characters that are always shown of a text, whatever came before it.</summary>
    public const int MinShown = 256;

    /// <summary>What a number, a flag or the frame of a structure counts for.</summary>
    private const int Small = 16;

    private readonly int _share = MaxLength / Math.Max(1, shape.Members.Count);
    private int _left;

    public Utf8JsonWriter Json => writer;

    /// <summary>Parameters and members that the operation does not have, or that have another form than it takes.</summary>
    public int Unmodelled { get; set; }

    /// <summary>Whether a list may go on.</summary>
    public bool HasRoom => _left > 0;

    /// <summary>What comes is the value of one of the request's own parameters.</summary>
    public void BeginParameter() => _left = _share;

    public void BeginStructure()
    {
        _left -= Small;
        writer.WriteStartObject();
    }

    /// <summary>Writes a member's name. False when its value is not to be shown, and then stands there already.</summary>
    public bool TryName(Parameter member)
    {
        writer.WritePropertyName(member.Shown);
        if (member.Hiding == Hiding.Never || (member.Hiding == Hiding.WhenRefused && !isRefused))
        {
            return true;
        }

        writer.WriteStringValue(HiddenMembers.InsteadOfValue);
        return false;
    }

    public void Text(string text)
    {
        if (HiddenMembers.LooksLikePrivateKey(text))
        {
            writer.WriteStringValue(HiddenMembers.InsteadOfValue);
        }
        else if (text.Length <= Math.Max(_left, MinShown))
        {
            writer.WriteStringValue(text);
            _left -= text.Length;
        }
        else
        {
            Cut(text);
        }
    }

    public void Number(ref Utf8JsonReader reader)
    {
        _left -= Small;
        if (reader.TryGetInt64(out var whole))
        {
            writer.WriteNumberValue(whole);
        }
        else if (reader.TryGetDecimal(out var number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            Text(Encoding.UTF8.GetString(reader.ValueSpan)); // beyond what readers of JSON agree on
        }
    }

    public void Flag(bool value)
    {
        _left -= Small;
        writer.WriteBooleanValue(value);
    }

    /// <summary>Ends a list, of which the last items may be left out.</summary>
    public void EndList(int omitted)
    {
        if (omitted > 0)
        {
            writer.WriteStartObject();
            writer.WriteNumber("omitted"u8, omitted);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>
    /// The beginning of a text, and length and hash of the whole. Space first: a policy's size does not count it, and so nobody can put a policy out of sight behind it.
    /// </summary>
    private void Cut(string text)
    {
        var shown = Blanks().Replace(text, " ");
        var length = Math.Min(shown.Length, Math.Max(_left, MinShown));
        length -= length < shown.Length && char.IsHighSurrogate(shown[length - 1]) ? 1 : 0;
        _left = 0;
        writer.WriteStringValue(string.Create(
            CultureInfo.InvariantCulture, $"{shown.AsSpan(0, length)}… [shortened: {text.Length} characters, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}]"));
    }

    [GeneratedRegex(@"\s{2,}")]
    private static partial Regex Blanks();
}
