namespace Portlight.Domain;

/// <summary>
/// All interfaces whose names begin alike, as <c>vnet*</c>: a beginning of 2 to 14 characters and a star. None that the loopback interface or a lab link has, which must stay as they are.
/// </summary>
public static class NamePattern
{
    private const int ShortestPrefix = 2;
    private const int LongestPrefix = 14;

    private static readonly string[] Reserved = ["lo", "pl"];

    /// <summary>Whether a text is one.</summary>
    public static bool IsValid(string text) =>
        text is [.. var prefix, '*'] && prefix.Length is >= ShortestPrefix and <= LongestPrefix && InterfaceSelector.IsName(prefix) && !prefix.Contains('*', StringComparison.Ordinal) && !Reserved.Contains(prefix);

    /// <summary>What the names begin with.</summary>
    public static string PrefixOf(string pattern) => pattern[..^1];

    public static bool Matches(string pattern, string name) => name.StartsWith(PrefixOf(pattern), StringComparison.Ordinal);

    /// <summary>Whether every name that the second matches is matched by the first.</summary>
    public static bool Covers(string pattern, string other) => Matches(pattern, PrefixOf(other));
}
