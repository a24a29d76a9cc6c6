using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>Empty collections that identities begin with, in the order that makes them equal by content wherever they were made.</summary>
public static class IdentityDefaults
{
    /// <summary>
    /// Tags of a user, role or policy: unlike the tags of Lightsail's resources each has a value, and keys that differ by case alone are one
    /// (IAM user guide, tagging).
    /// </summary>
    public static ImmutableSortedDictionary<string, string> Tags { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Unique ids by the ARNs that a trust policy names.</summary>
    public static ImmutableSortedDictionary<string, string> TrustedIds { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Inline policies by name; the text is what was put.</summary>
    public static ImmutableSortedDictionary<string, string> Policies { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
