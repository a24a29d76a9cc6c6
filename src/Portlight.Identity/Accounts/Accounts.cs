using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Identity;

/// <summary>Makes the numbers and keys that accounts have.</summary>
internal static class Accounts
{
    private const string KeyAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const string SecretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// <summary>12 digits, as AWS has them, the first one not 0 so that nobody's spreadsheet shortens it.</summary>
    public static string NewId() => RandomNumberGenerator.GetInt32(1, 10).ToString(CultureInfo.InvariantCulture) + RandomNumberGenerator.GetString("0123456789", 11);

    public static bool IsId(string? text) => text is { Length: 12 } && text.All(char.IsAsciiDigit);

    /// <summary>A root access key and its secret, which is shown this once.</summary>
    public static (AccessKey Key, string Secret) NewRootKey(string accountId, SecretBox box, DateTimeOffset now) => NewKey(accountId, user: null, box, now);

    /// <summary>An access key of a user, or of the root for null, and its secret, which is shown this once.</summary>
    public static (AccessKey Key, string Secret) NewKey(string accountId, User? user, SecretBox box, DateTimeOffset now)
    {
        var secret = RandomNumberGenerator.GetString(SecretAlphabet, 40);
        var id = "AKIA" + RandomNumberGenerator.GetString(KeyAlphabet, 16);
        return (new AccessKey(id, accountId, user?.Name, box.Seal(Encoding.UTF8.GetBytes(secret)), IsActive: true, now) { UserId = user?.Id }, secret);
    }
}
