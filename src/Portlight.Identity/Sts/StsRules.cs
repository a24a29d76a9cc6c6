using System.Text.RegularExpressions;

namespace Portlight.Identity;

/// <summary>The texts of STS requests: bounds and patterns of the service model (API version 2011-06-15).</summary>
internal static partial class StsRules
{
    private const string NamePattern = @"[\w+=,.@-]*";

    public static TextRule SessionName { get; } = new(2, 64, NamePattern, Name());

    public static TextRule SourceIdentity { get; } = new(2, 64, NamePattern, Name());

    public static TextRule ExternalId { get; } = new(2, 1224, @"[\w+=,.@:\/-]*", ExternalIdText());

    /// <summary>A session policy; the size is that of the text as it stands.</summary>
    public static TextRule Policy { get; } = IamRules.Document with { Max = 2048 };

    [GeneratedRegex(@"\A[A-Za-z0-9_+=,.@-]*\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[A-Za-z0-9_+=,.@:/-]*\z")]
    private static partial Regex ExternalIdText();
}
