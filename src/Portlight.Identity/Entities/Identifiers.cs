using System.Security.Cryptography;

namespace Portlight.Identity;

/// <summary>Unique ids: a prefix that tells the kind and 17 capital letters and digits (IAM user guide, unique identifiers).</summary>
internal static class Identifiers
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    public static string NewUser() => New("AIDA");

    public static string NewGroup() => New("AGPA");

    public static string NewRole() => New("AROA");

    public static string NewPolicy() => New("ANPA");

    private static string New(string prefix) => prefix + RandomNumberGenerator.GetString(Alphabet, 17);
}
