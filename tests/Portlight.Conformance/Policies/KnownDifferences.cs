using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portlight.Conformance.Policies;

/// <summary>Why the two evaluators differ about a statement. Each is described in docs/conformance.md under its name.</summary>
internal static partial class KnownDifferences
{
    private static readonly (string Name, Func<JsonNode, Question, bool> Explains)[] All =
    [
        ("service-wildcard", (statement, _) => Texts(statement, "Action").Any(action => action.StartsWith("*:", StringComparison.Ordinal))),
        ("request-about-a-pattern", (_, question) => question.Resource.Contains('*', StringComparison.Ordinal)),
        ("variables-of-2008", (statement, question) => !question.Identity[0].Contains("2012-10-17", StringComparison.Ordinal) && HasVariable(statement.ToJsonString())),
        ("not-resource-without-value", (statement, question) => statement["NotResource"] is not null && Texts(statement, "Resource").Any(text => IsUnresolved(text, question))),
        ("one-character-of-two-units", (statement, question) => question.Resource.Contains("😀", StringComparison.Ordinal) && Texts(statement, "Resource").Any(text => text.EndsWith("/?", StringComparison.Ordinal))),
        ("plain-operator-on-many", Any(condition => condition.Actual is { IsMultivalued: true, Count: > 0 } && !condition.IsForAll && !condition.IsForAny && !condition.Is("Null"))),
        ("list-without-values", Any(condition => condition.Actual is { IsMultivalued: true, Count: 0 })),
        ("empty-text-as-a-set", Any(condition => (condition.IsForAll || condition.IsForAny) && condition.Given.SequenceEqual([""]))),
        ("for-any-value-if-exists", Any(condition => condition is { IsForAny: true, IfExists: true, IsMissing: true })),
        ("seconds-since-1970", Any(condition => condition.Is("Date") && condition.Values.Concat(condition.Given).Any(text => text.All(char.IsAsciiDigit)))),
        ("negated-and-unreadable", Any(condition => condition.IsNegated && condition.Given.Any(text => IsUnreadable(condition, text)))),
        ("negated-without-value", (statement, question) => ConditionInQuestion.Of(statement, question).Any(condition => condition.IsNegated && condition.Values.Any(text => IsUnresolved(text, question)))),
        ("number-and-more", Any(condition => condition.Is("Numeric") && condition.Given.Any(text => text is [>= '0' and <= '9', ..] && !decimal.TryParse(text, CultureInfo.InvariantCulture, out _)))),
        ("escape-in-equals", Any(condition => condition.Is("Equals") && condition.Values.Any(text => text.Contains("${*}", StringComparison.Ordinal)))),
        ("everybody-by-prefix", Any(condition => condition.Is("IpAddress") && condition.Values.Contains("0.0.0.0/0"))),
        ("block-as-value", Any(condition => condition.Is("IpAddress") && condition.Given.Any(text => text.Contains('/', StringComparison.Ordinal)))),
        ("single-address-and-other-family", Any(condition => condition.Is("NotIpAddress") && condition.Values.Contains("10.1.2.3") && condition.Given.Any(text => text.StartsWith("2001:", StringComparison.Ordinal)))),
        ("empty-value-of-a-variable", (statement, question) => Variables().Matches(statement.ToJsonString()).Any(match => question.Context.Values.TryGetValue(match.Groups["key"].Value, out var value) && !value.IsMultivalued && value[0].Length == 0)),
    ];

    public static IEnumerable<string> Names => All.Select(difference => difference.Name);

    public static IEnumerable<string> Of(JsonNode statement, Question question) => All.Where(difference => difference.Explains(statement, question)).Select(difference => difference.Name);

    private static Func<JsonNode, Question, bool> Any(Func<ConditionInQuestion, bool> condition) => (statement, question) => ConditionInQuestion.Of(statement, question).Any(condition);

    /// <summary>The values of an element or its negation.</summary>
    private static IEnumerable<string> Texts(JsonNode statement, string element) =>
        (statement[element] ?? statement["Not" + element]) is JsonArray list ? list.Select(text => (string)text!) : [(string)(statement[element] ?? statement["Not" + element])!];

    private static bool HasVariable(string text) => text.Contains("${", StringComparison.Ordinal);

    /// <summary>Whether it holds a variable that has neither one value nor a default.</summary>
    private static bool IsUnresolved(string text, Question question) => Variables().Matches(text).Any(match =>
        question.Context.Values.TryGetValue(match.Groups["key"].Value, out var value) ? value.IsMultivalued : !match.Groups["default"].Success);

    private static bool IsUnreadable(ConditionInQuestion condition, string text) =>
        condition.Is("Numeric") ? !decimal.TryParse(text, CultureInfo.InvariantCulture, out _)
        : condition.Is("Date") ? !IsoDate().IsMatch(text) && !text.All(char.IsAsciiDigit)
        : condition.Is("IpAddress") ? text.IndexOfAny(['.', ':']) < 0 || !text.All(c => char.IsAsciiHexDigit(c) || c is '.' or ':' or '/')
        : condition.Is("Arn") && text.Split(':').Length < 6;

    [GeneratedRegex(@"^\d{4}-\d{2}")]
    private static partial Regex IsoDate();

    [GeneratedRegex(@"\$\{(?<key>[^*?$,}]+)(?<default>, *[^}]*)?\}")]
    private static partial Regex Variables();
}
