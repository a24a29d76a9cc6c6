using System.Text.RegularExpressions;

namespace Portlight.Identity;

/// <summary>The texts of IAM requests: bounds and patterns of the service model (API version 2010-05-08).</summary>
internal static partial class IamRules
{
    private const string NamePattern = @"[\w+=,.@-]+";
    private const string TagCharacters = @"[\p{L}\p{Z}\p{N}_.:/=+\-@]";

    public static TextRule UserName { get; } = new(1, 64, NamePattern, Name());

    /// <summary>Of a user that is there: the model gives it more room than a new one.</summary>
    public static TextRule ExistingUserName { get; } = new(1, 128, NamePattern, Name());

    public static TextRule GroupName { get; } = new(1, 128, NamePattern, Name());

    public static TextRule RoleName { get; } = new(1, 64, NamePattern, Name());

    public static TextRule PolicyName { get; } = new(1, 128, NamePattern, Name());

    public static TextRule Path { get; } = new(1, 512, @"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", PathText());

    public static TextRule PathPrefix { get; } = new(1, 512, @"\u002F[\u0021-\u007F]*", PathPrefixText());

    public static TextRule PolicyPath { get; } = new(1, 512, @"((/[A-Za-z0-9\.,\+@=_-]+)*)/", PolicyPathText());

    public static TextRule Arn { get; } = new(20, 2048, "[\\u0021-\\u007E]+", Visible());

    public static TextRule AccessKeyId { get; } = new(16, 128, @"[\w]+", Word());

    public static TextRule VersionId { get; } = new(1, 128, "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?", Version());

    public static TextRule Document { get; } = new(1, 131_072, @"[\u0009\u000A\u000D\u0020-\u00FF]+", DocumentText());

    public static TextRule RoleDescription { get; } = new(0, 1000, @"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*", DescriptionText());

    /// <summary>The model has no pattern here; what XML cannot hold cannot be answered.</summary>
    public static TextRule PolicyDescription { get; } = new(0, 1000, @"[\u0009\u000A\u000D\u0020-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]*", XmlText());

    public static TextRule Marker { get; } = new(1, 320, @"[\u0020-\u00FF]+", Latin());

    public static TextRule TagKey { get; } = new(1, 128, TagCharacters + "+", TagKeyText());

    public static TextRule TagValue { get; } = new(0, 256, TagCharacters + "*", TagValueText());

    public static TextRule ActionName { get; } = new(3, 128, @"[\u0021-\u007E]+", Visible());

    /// <summary>An ARN, or <c>*</c>.</summary>
    public static TextRule ResourceName { get; } = new(1, 2048, XmlWords, XmlText());

    public static TextRule ContextKeyName { get; } = new(5, 256, XmlWords, XmlText());

    public static TextRule ContextValue { get; } = new(0, 4096);

    private const string XmlWords = @"[\u0009\u000A\u000D\u0020-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]*";

    [GeneratedRegex(@"\A[A-Za-z0-9_+=,.@-]+\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A(/|/[\u0021-\u007E]+/)\z")]
    private static partial Regex PathText();

    [GeneratedRegex(@"\A/[\u0021-\u007F]*\z")]
    private static partial Regex PathPrefixText();

    [GeneratedRegex(@"\A(/[A-Za-z0-9.,+@=_-]+)*/\z")]
    private static partial Regex PolicyPathText();

    [GeneratedRegex(@"\A[\u0021-\u007E]+\z")]
    private static partial Regex Visible();

    [GeneratedRegex(@"\A[A-Za-z0-9_]+\z")]
    private static partial Regex Word();

    [GeneratedRegex(@"\Av[1-9][0-9]*(\.[A-Za-z0-9-]*)?\z")]
    private static partial Regex Version();

    [GeneratedRegex(@"\A[\u0009\u000A\u000D\u0020-\u00FF]+\z")]
    private static partial Regex DocumentText();

    [GeneratedRegex(@"\A[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*\z")]
    private static partial Regex DescriptionText();

    [GeneratedRegex(@"\A[\u0020-\u00FF]+\z")]
    private static partial Regex Latin();

    // Requests are read as strict UTF-8, so a surrogate here is always half of a pair.
    [GeneratedRegex(@"\A[\u0009\u000A\u000D\u0020-\uFFFD]*\z")]
    private static partial Regex XmlText();

    [GeneratedRegex(@"\A[\p{L}\p{Z}\p{N}_.:/=+\-@]+\z")]
    private static partial Regex TagKeyText();

    [GeneratedRegex(@"\A[\p{L}\p{Z}\p{N}_.:/=+\-@]*\z")]
    private static partial Regex TagValueText();
}
