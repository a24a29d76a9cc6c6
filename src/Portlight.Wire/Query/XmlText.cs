using System.Text;
using System.Xml;

namespace Portlight.Wire.Query;

/// <summary>
/// Text as XML can hold it: what it cannot (control characters, U+FFFE, half a surrogate pair) becomes U+FFFD. What is stored is checked when it is put; this is
/// for rows of earlier versions and for texts that come from elsewhere, which must not make an answer fail.
/// </summary>
internal static class XmlText
{
    public static string Of(string text)
    {
        try
        {
            return XmlConvert.VerifyXmlChars(text);
        }
        catch (XmlException)
        {
            return Replaced(text);
        }
    }

    private static string Replaced(string text)
    {
        var replaced = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) // half a pair comes out as U+FFFD
        {
            replaced.Append(rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? "\uFFFD" : rune.ToString());
        }

        return replaced.ToString();
    }
}
