using System.Globalization;
using Portlight.Wire;

namespace Portlight.Audit;

/// <summary>Where a lookup goes on: before an event's number, and for the same parameters alone.</summary>
internal static class LookupToken
{
    public static string Write(long before, string fingerprint) => $"{before.ToString(CultureInfo.InvariantCulture)}.{fingerprint}";

    /// <exception cref="InvalidNextTokenException">It is none, or one of other parameters.</exception>
    public static long Read(string token, string fingerprint)
    {
        var dot = token.IndexOf('.', StringComparison.Ordinal);
        return dot > 0
            && long.TryParse(token.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var before)
            && token.AsSpan(dot + 1).SequenceEqual(fingerprint)
            ? before
            : throw new InvalidNextTokenException("`NextToken` was not given out for these parameters");
    }
}
