using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Portlight.Certificates;

/// <summary>
/// What an operator pastes on a machine so that it joins: <c>plj1.</c> and, in base64url, id (8 bytes), secret (16), the pin of the authority (16), a checksum (4) and where
/// servers listen, with blanks between. For one host, which the server knows by the id.
/// </summary>
public sealed record JoinToken
{
    public const string Prefix = "plj1.";

    /// <summary>The most characters of one.</summary>
    public const int MaxLength = 4096;

    private const int IdLength = 8;
    private const int SecretLength = 16;
    private const int PinStart = IdLength + SecretLength;
    private const int ChecksumStart = PinStart + AuthorityPin.Length;
    private const int ChecksumLength = 4;
    private const int AddressStart = ChecksumStart + ChecksumLength;

    private readonly byte[] _secret;

    private JoinToken(byte[] id, byte[] secret, byte[] pin, IReadOnlyList<Uri> servers)
    {
        (Id, _secret, Pin, Servers) = (Convert.ToHexStringLower(id), secret, pin, servers);
    }

    /// <summary>16 hexadecimal digits, by which the server finds what it knows of the token. No secret.</summary>
    public string Id { get; }

    /// <summary><see cref="AuthorityPin"/>.</summary>
    public byte[] Pin { get; }

    /// <summary>Where servers listen for hosts, <c>https://ADDRESS:PORT</c>.</summary>
    public IReadOnlyList<Uri> Servers { get; }

    /// <summary>A new token.</summary>
    public static JoinToken Create(byte[] pin, IReadOnlyList<Uri> servers)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pin.Length, AuthorityPin.Length);
        ArgumentOutOfRangeException.ThrowIfZero(servers.Count);
        return new JoinToken(RandomNumberGenerator.GetBytes(IdLength), RandomNumberGenerator.GetBytes(SecretLength), pin, servers);
    }

    /// <summary>What the machine that joins shows of the secret, and no more: bytes of <see cref="SecretLength"/>.</summary>
    public ReadOnlyMemory<byte> Secret => _secret;

    /// <summary>What the server stores of the secret. It has 128 random bits, so a plain hash will do.</summary>
    public byte[] SecretHash => HashOf(_secret);

    public static byte[] HashOf(ReadOnlySpan<byte> secret) => SHA256.HashData(secret);

    /// <summary>Reads what was pasted.</summary>
    /// <param name="text">With blanks around it or not.</param>
    /// <param name="token">The token.</param>
    /// <param name="problem">What is wrong with it, for the operator; it does not repeat the text.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out JoinToken? token, out string? problem)
    {
        token = null;
        text = text?.Trim() ?? "";
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length > MaxLength)
        {
            problem = $"a token begins with {Prefix} and has at most {MaxLength} characters";
            return false;
        }

        if (!TryDecode(text.AsSpan(Prefix.Length), out var bytes) || bytes.Length <= AddressStart)
        {
            problem = "the token is not whole";
            return false;
        }

        var whole = bytes.AsSpan();
        if (!whole.Slice(ChecksumStart, ChecksumLength).SequenceEqual(Checksum(whole)))
        {
            problem = "the token is not as it was given out: a character is missing or another";
            return false;
        }

        var servers = new List<Uri>();
        foreach (var address in Encoding.UTF8.GetString(whole[AddressStart..]).Split(' '))
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out var server) || server.Scheme != Uri.UriSchemeHttps)
            {
                problem = "the token does not say where a server is";
                return false;
            }

            servers.Add(server);
        }

        token = new JoinToken(whole[..IdLength].ToArray(), whole.Slice(IdLength, SecretLength).ToArray(), whole.Slice(PinStart, AuthorityPin.Length).ToArray(), servers);
        problem = null;
        return true;
    }

    /// <summary>The text that is pasted: a secret.</summary>
    public string ToText()
    {
        byte[] bytes = [.. Convert.FromHexString(Id), .. _secret, .. Pin, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(string.Join(' ', Servers.Select(server => server.GetLeftPart(UriPartial.Authority))))];
        Checksum(bytes).CopyTo(bytes, ChecksumStart);
        return Prefix + Base64Url.EncodeToString(bytes);
    }

    /// <summary>Without the secret, for logs.</summary>
    public override string ToString() => $"token {Id}";

    /// <summary>.NET's decoder passes over blanks and over bits that mean nothing, and throws at some texts.</summary>
    private static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : [];
        return text.SequenceEqual(Base64Url.EncodeToString(bytes));
    }

    private static byte[] Checksum(ReadOnlySpan<byte> whole) => SHA256.HashData([.. whole[..ChecksumStart], .. whole[AddressStart..]])[..ChecksumLength];
}
