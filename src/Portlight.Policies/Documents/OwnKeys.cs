using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Policies.Conditions;
using Portlight.Policies.Documents;
using Portlight.Policies.Matching;

namespace Portlight.Policies;

/// <summary>What the values of a condition key are.</summary>
public enum KeyValueKind
{
    Text,
    Number,
    Truth,

    /// <summary>Addresses and blocks of them.</summary>
    Address,
}

/// <summary>
/// The condition keys of a service's own namespace, all of them: a policy that names another one, or compares one as what it never is, guards nothing and looks
/// as if it did. It is refused when it is put. One that is stored already goes on being evaluated, where such a key is absent.
/// </summary>
/// <param name="prefix">What their names begin with, <c>portlight:</c>.</param>
/// <param name="keys">The keys as policies write them.</param>
/// <param name="values">Of keys that have a few values alone, these: a comparison with another one guards nothing, too.</param>
public sealed class OwnKeys(string prefix, ImmutableDictionary<string, KeyValueKind> keys, ImmutableDictionary<string, ImmutableArray<string>> values)
{
    private static readonly ImmutableArray<string> Truths = ["true", "false"];

    private readonly ImmutableDictionary<string, KeyValueKind> _keys = keys.WithComparers(StringComparer.OrdinalIgnoreCase);
    private readonly ImmutableDictionary<string, ImmutableArray<string>> _values = values.WithComparers(StringComparer.OrdinalIgnoreCase);

    /// <summary>Every use of a key in a document that cannot be meant, found while it is read.</summary>
    public IEnumerable<PolicyProblem> ProblemsOf(PolicyDocument document) =>
        from statement in document.Statements
        from reason in ReasonsOf(statement)
        select new PolicyProblem($"Statement[{statement.Index}]", reason);

    private IEnumerable<string> ReasonsOf(Statement statement)
    {
        foreach (var (key, _) in statement.Keys)
        {
            if (IsOurs(key) && !_keys.ContainsKey(key.Text))
            {
                yield return $"`{UserText.Excerpt(key.Text)}` is not a condition key: {Spelling.Instead(key.Text, [.. _keys.Keys])}";
            }
        }

        foreach (var condition in statement.Conditions)
        {
            if (!_keys.TryGetValue(condition.Key.Text, out var kind))
            {
                continue;
            }

            if (!Fits(condition.Family, kind))
            {
                yield return $"`{condition.Key.Text}` never holds with this operator: {WordsFor(kind)}";
            }
            else
            {
                foreach (var never in ImpossibleValues(condition, kind == KeyValueKind.Truth ? Truths : _values.GetValueOrDefault(condition.Key.Text, [])))
                {
                    yield return never;
                }
            }
        }
    }

    /// <summary>Texts that the key never is, where all that it can be are known; those with variables may be anything.</summary>
    private static IEnumerable<string> ImpossibleValues(Condition condition, ImmutableArray<string> possible)
    {
        var budget = new EvaluationBudget(EvaluationBudget.StepsOfRequest);
        return from value in possible.IsEmpty ? [] : condition.Templates
               where value.Constant is { } text && !possible.Any(one => IsSame(text, one, condition.Family, budget)) && !budget.IsSpent
               select $"`{condition.Key.Text}` is never `{UserText.Excerpt(Glob.Text(value.Constant!))}`: its values are {string.Join(", ", possible.Select(one => $"`{one}`"))}";
    }

    private static bool IsSame(string text, string value, OperatorFamily family, EvaluationBudget budget) => family == OperatorFamily.TextPattern
        ? Glob.IsMatch(text, value, budget)
        : string.Equals(text, value, family == OperatorFamily.TextIgnoringCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    private bool IsOurs(ConditionKey key) => key.Text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>Every value is a text too, and may be compared as one.</summary>
    private static bool Fits(OperatorFamily family, KeyValueKind values) => family switch
    {
        OperatorFamily.Text or OperatorFamily.TextIgnoringCase or OperatorFamily.TextPattern or OperatorFamily.Null => true,
        OperatorFamily.Number => values == KeyValueKind.Number,
        OperatorFamily.Truth => values == KeyValueKind.Truth,
        OperatorFamily.Address => values == KeyValueKind.Address,
        _ => false,
    };

    private static string WordsFor(KeyValueKind values) => values switch
    {
        KeyValueKind.Number => "its values are numbers, for `NumericEquals` and its like",
        KeyValueKind.Truth => "its values are `true` and `false`, for `Bool`",
        KeyValueKind.Address => "its values are blocks of addresses, for `IpAddress` and `NotIpAddress`",
        _ => "its values are texts, for `StringEquals` and its like",
    };
}
