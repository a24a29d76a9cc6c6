using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Portlight.Lightsail;

/// <summary>
/// Reads a public key as <c>id_rsa.pub</c> holds it. Callers send that text, whatever the member's name says (vagrant-lightsail); base64 of the text, as the
/// name says, is taken too.
/// </summary>
internal static class OpenSshPublicKey
{
    private const int MaxLength = 16 * 1024;

    private static readonly string[] Algorithms = ["ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"];

    /// <param name="text">What the caller sent.</param>
    /// <param name="line">Algorithm and key, without the comment.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static bool TryRead(string? text, [NotNullWhen(true)] out string? line, [NotNullWhen(false)] out string? problem)
    {
        line = null;
        if (string.IsNullOrWhiteSpace(text) || text.Length > MaxLength)
        {
            problem = text?.Length > MaxLength ? $"has more than {MaxLength} characters" : "is missing";
            return false;
        }

        var lines = (TryDecode(text.Trim(), out var decoded) ? Encoding.UTF8.GetString(decoded) : text).Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length > 1)
        {
            // Taking the first alone would leave the caller with keys that open nothing.
            problem = $"holds {lines.Length} lines; one public key on one line is wanted";
            return false;
        }

        var parts = lines is [var only] ? only.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) : [];
        if (parts.Length < 2 || !Algorithms.Contains(parts[0]) || !TryDecode(parts[1], out var blob) || !Names(blob, parts[0]))
        {
            problem = $"is not a public key in OpenSSH's form: one of {string.Join(", ", Algorithms)}, a space, and the key in base64";
            return false;
        }

        line = $"{parts[0]} {parts[1]}";
        problem = null;
        return true;
    }

    /// <summary>A key's bytes begin with the name of its algorithm as a string (RFC 4253, section 6.6), and something follows.</summary>
    private static bool Names(byte[] blob, string algorithm) =>
        blob.Length > 4 + algorithm.Length
        && BinaryPrimitives.ReadUInt32BigEndian(blob) == algorithm.Length
        && blob.AsSpan(4, algorithm.Length).SequenceEqual(Encoding.ASCII.GetBytes(algorithm));

    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        var good = Convert.TryFromBase64String(text, bytes, out var written);
        bytes = bytes[..(good ? written : 0)];
        return good && !text.AsSpan().ContainsAny(" \t\r\n");
    }
}
