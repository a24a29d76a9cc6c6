using System.Text;
using System.Text.Json;

namespace Portlight.Api;

/// <summary>Texts of a JSON document that somebody else wrote.</summary>
internal static class JsonTexts
{
    /// <summary>The text of a string or name; as it is spelt where that is no text, because half of a surrogate pair stands in it.</summary>
    public static string Of(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }
}
