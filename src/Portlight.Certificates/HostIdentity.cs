using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Portlight.Certificates;

/// <summary>The name of a host as its certificate carries it: the URI <c>spiffe://portlight/host/NAME</c> in the subject's alternative names (RFC 5280, 4.2.1.6).</summary>
public static class HostIdentity
{
    /// <summary>The most characters of a name; those of one label of DNS (RFC 1035).</summary>
    public const int MaxLength = 63;

    internal const string Prefix = "spiffe://portlight/host/";

    private const string AlternativeNames = "2.5.29.17";

    /// <summary>A letter or digit, then letters, digits and hyphens, all lower case, at most <see cref="MaxLength"/> of them.</summary>
    public static bool IsName(string? name) =>
        name is { Length: > 0 and <= MaxLength } && name[0] != '-' && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');

    /// <summary>The host of a certificate; null when it names none, more than one, or one that no host can have.</summary>
    public static string? Of(X509Certificate2 certificate)
    {
        string? found = null;
        foreach (var extension in certificate.Extensions.Where(extension => extension.Oid?.Value == AlternativeNames))
        {
            foreach (var name in Uris(extension.RawData))
            {
                if (found is not null || !name.StartsWith(Prefix, StringComparison.Ordinal))
                {
                    return null;
                }

                found = name[Prefix.Length..];
            }
        }

        return IsName(found) ? found : null;
    }

    /// <summary>The URIs among the alternative names; none when they cannot be read.</summary>
    private static List<string> Uris(byte[] extension)
    {
        // GeneralName, [6] uniformResourceIdentifier; .NET's own reader of the extension knows DNS names and addresses alone.
        var uri = new Asn1Tag(TagClass.ContextSpecific, 6);
        var found = new List<string>();
        try
        {
            var names = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                if (names.PeekTag() == uri)
                {
                    found.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, uri));
                }
                else
                {
                    names.ReadEncodedValue();
                }
            }

            return found;
        }
        catch (AsnContentException)
        {
            return [];
        }
    }
}
