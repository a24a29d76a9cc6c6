using System.Text.Json.Nodes;
using Portlight.Policies;

namespace Portlight.Conformance.Policies;

/// <summary>One operator and key of a statement, with what the request has for the key.</summary>
internal sealed record ConditionInQuestion(string Operator, string Key, IReadOnlyList<string> Values, ContextValues? Actual)
{
    public bool IsForAll => Operator.StartsWith("ForAllValues:", StringComparison.OrdinalIgnoreCase);

    public bool IsForAny => Operator.StartsWith("ForAnyValue:", StringComparison.OrdinalIgnoreCase);

    public bool IfExists => Operator.EndsWith("IfExists", StringComparison.OrdinalIgnoreCase);

    public bool IsNegated => Operator.Contains("Not", StringComparison.OrdinalIgnoreCase);

    public bool IsMissing => Actual is null;

    /// <summary>The request's values, one or many.</summary>
    public IEnumerable<string> Given => Actual is { } values ? Enumerable.Range(0, values.Count).Select(i => values[i]) : [];

    /// <summary>Of a family of operators: <c>String</c>, <c>Numeric</c>, <c>Arn</c>, …</summary>
    public bool Is(string family) => Operator.Contains(family, StringComparison.OrdinalIgnoreCase);

    public static IEnumerable<ConditionInQuestion> Of(JsonNode statement, Question question) =>
        from entry in statement["Condition"]?.AsObject() ?? []
        from key in entry.Value!.AsObject()
        let values = key.Value is JsonArray list ? list.Select(Text).ToList() : [Text(key.Value)]
        select new ConditionInQuestion(entry.Key, key.Key, values, question.Context.Values.TryGetValue(key.Key, out var actual) ? actual : null);

    private static string Text(JsonNode? value) => value!.GetValueKind() == System.Text.Json.JsonValueKind.String ? (string)value! : value.ToJsonString();
}
