using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;

namespace Portlight.Api;

/// <summary>
/// Ids and secrets of temporary access keys. An id is <c>ASIA</c>, the account's number in 8 letters and 8 random ones: as with AWS's, the account can be told from
/// it (<c>GetAccessKeyInfo</c>), and nothing is kept of a session that could tell it otherwise. What keeps a session safe is its secret.
/// </summary>
internal static class TemporaryKeys
{
    private const string Prefix = "ASIA";
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const string SecretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private const int AccountLetters = 8;
    private const int BitsOfLetter = 5;

    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);

    public static string NewSecret() => RandomNumberGenerator.GetString(SecretAlphabet, 40);

    public static string NewId(string accountId)
    {
        var number = long.Parse(accountId, NumberStyles.None, CultureInfo.InvariantCulture);
        return string.Concat(Prefix, Account(number), RandomNumberGenerator.GetString(Alphabet, 8));
    }

    /// <summary>The account of a temporary key's id; null when it is no such id.</summary>
    public static string? AccountOf(string id)
    {
        if (id.Length != Prefix.Length + AccountLetters + 8 || !id.StartsWith(Prefix, StringComparison.Ordinal) || id.AsSpan(Prefix.Length).ContainsAnyExcept(Letters))
        {
            return null;
        }

        var number = 0L;
        foreach (var letter in id.AsSpan(Prefix.Length, AccountLetters))
        {
            number = (number << BitsOfLetter) | (long)Alphabet.IndexOf(letter, StringComparison.Ordinal);
        }

        var account = number.ToString("d12", CultureInfo.InvariantCulture);
        return account.Length == 12 ? account : null;
    }

    private static string Account(long number) => string.Create(AccountLetters, number, static (letters, left) =>
    {
        for (var i = letters.Length - 1; i >= 0; i--)
        {
            letters[i] = Alphabet[(int)(left & ((1 << BitsOfLetter) - 1))];
            left >>= BitsOfLetter;
        }
    });
}
