using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Policies.Conditions;

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
public sealed class OwnKeys(string prefix, ImmutableDictionary<string, KeyValueKind> keys)
{
    private const int Near = 3;

    private readonly ImmutableDictionary<string, KeyValueKind> _keys = keys.WithComparers(StringComparer.OrdinalIgnoreCase);

    /// <summary>Every use of a key in a document that cannot be meant.</summary>
    public ImmutableArray<PolicyProblem> ProblemsOf(PolicyDocument document) =>
    [
        .. from statement in document.Statements
           from reason in ReasonsOf(statement)
           select new PolicyProblem($"Statement[{statement.Index}]", reason),
    ];

    private IEnumerable<string> ReasonsOf(Statement statement)
    {
        foreach (var (key, _) in statement.Keys)
        {
            if (IsOurs(key) && !_keys.ContainsKey(key.Text))
            {
                yield return $"`{UserText.Excerpt(key.Text)}` is no condition key: {Instead(key.Text)}";
            }
        }

        foreach (var condition in statement.Conditions)
        {
            if (_keys.TryGetValue(condition.Key.Text, out var values) && !Fits(condition.Family, values))
            {
                yield return $"`{condition.Key.Text}` never holds with this operator: {WordsFor(values)}";
            }
        }
    }

    private bool IsOurs(ConditionKey key) => key.Text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);

    private string Instead(string text)
    {
        var nearest = _keys.Keys.Order(StringComparer.Ordinal).MinBy(key => Distance(key.ToLowerInvariant(), text.ToLowerInvariant()))!;
        return Distance(nearest.ToLowerInvariant(), text.ToLowerInvariant()) <= Near
            ? $"did you mean `{nearest}`?"
            : $"there are {string.Join(", ", _keys.Keys.Order(StringComparer.Ordinal).Select(key => $"`{key}`"))}";
    }

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

    /// <summary>Characters to add, leave out or replace to make one text of the other (Levenshtein).</summary>
    private static int Distance(string one, string other)
    {
        if (Math.Abs(one.Length - other.Length) > Near)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var replaced = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
