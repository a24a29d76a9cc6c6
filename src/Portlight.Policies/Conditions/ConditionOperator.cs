using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Portlight.Policies.Conditions;

/// <summary>What kind of values an operator compares.</summary>
internal enum OperatorFamily
{
    Text,
    TextIgnoringCase,
    TextPattern,
    Number,
    Date,
    Truth,
    Binary,
    Address,
    Arn,
    Null,
}

/// <summary>How a number or date of the request stands to the policy's.</summary>
internal enum Relation
{
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>What an operator asks of a list of values.</summary>
internal enum Quantifier
{
    None,
    All,
    Any,
}

/// <summary>
/// A condition operator by its name: <c>ForAnyValue:StringNotLikeIfExists</c>. Letter case does not count, as IAM accepts <c>stringequals</c>
/// (IAM user guide, <c>reference_policies_elements_condition_operators</c>).
/// </summary>
internal sealed record ConditionOperator(OperatorFamily Family, Relation Relation, bool IsNegated, bool IfExists, Quantifier Quantifier)
{
    private const string ForAll = "ForAllValues:";
    private const string ForAny = "ForAnyValue:";
    private const string Exists = "IfExists";

    private static readonly FrozenDictionary<string, (OperatorFamily Family, Relation Relation, bool IsNegated)> Plain =
        new Dictionary<string, (OperatorFamily, Relation, bool)>
        {
            ["StringEquals"] = (OperatorFamily.Text, Relation.Equal, false),
            ["StringNotEquals"] = (OperatorFamily.Text, Relation.Equal, true),
            ["StringEqualsIgnoreCase"] = (OperatorFamily.TextIgnoringCase, Relation.Equal, false),
            ["StringNotEqualsIgnoreCase"] = (OperatorFamily.TextIgnoringCase, Relation.Equal, true),
            ["StringLike"] = (OperatorFamily.TextPattern, Relation.Equal, false),
            ["StringNotLike"] = (OperatorFamily.TextPattern, Relation.Equal, true),
            ["NumericEquals"] = (OperatorFamily.Number, Relation.Equal, false),
            ["NumericNotEquals"] = (OperatorFamily.Number, Relation.Equal, true),
            ["NumericLessThan"] = (OperatorFamily.Number, Relation.Less, false),
            ["NumericLessThanEquals"] = (OperatorFamily.Number, Relation.LessOrEqual, false),
            ["NumericGreaterThan"] = (OperatorFamily.Number, Relation.Greater, false),
            ["NumericGreaterThanEquals"] = (OperatorFamily.Number, Relation.GreaterOrEqual, false),
            ["DateEquals"] = (OperatorFamily.Date, Relation.Equal, false),
            ["DateNotEquals"] = (OperatorFamily.Date, Relation.Equal, true),
            ["DateLessThan"] = (OperatorFamily.Date, Relation.Less, false),
            ["DateLessThanEquals"] = (OperatorFamily.Date, Relation.LessOrEqual, false),
            ["DateGreaterThan"] = (OperatorFamily.Date, Relation.Greater, false),
            ["DateGreaterThanEquals"] = (OperatorFamily.Date, Relation.GreaterOrEqual, false),
            ["Bool"] = (OperatorFamily.Truth, Relation.Equal, false),
            ["BinaryEquals"] = (OperatorFamily.Binary, Relation.Equal, false),
            ["IpAddress"] = (OperatorFamily.Address, Relation.Equal, false),
            ["NotIpAddress"] = (OperatorFamily.Address, Relation.Equal, true),
            ["ArnEquals"] = (OperatorFamily.Arn, Relation.Equal, false),
            ["ArnLike"] = (OperatorFamily.Arn, Relation.Equal, false),
            ["ArnNotEquals"] = (OperatorFamily.Arn, Relation.Equal, true),
            ["ArnNotLike"] = (OperatorFamily.Arn, Relation.Equal, true),
            ["Null"] = (OperatorFamily.Null, Relation.Equal, false),
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static bool TryParse(string name, [NotNullWhen(true)] out ConditionOperator? parsed, [NotNullWhen(false)] out string? problem)
    {
        parsed = null;
        var (plain, quantifier) =
            name.StartsWith(ForAll, StringComparison.OrdinalIgnoreCase) ? (name[ForAll.Length..], Quantifier.All)
            : name.StartsWith(ForAny, StringComparison.OrdinalIgnoreCase) ? (name[ForAny.Length..], Quantifier.Any)
            : (name, Quantifier.None);
        var ifExists = plain.EndsWith(Exists, StringComparison.OrdinalIgnoreCase);
        plain = ifExists ? plain[..^Exists.Length] : plain;
        if (!Plain.TryGetValue(plain, out var entry))
        {
            problem = "is no condition operator: it is one such as `StringEquals`, `NumericLessThan`, `DateGreaterThan`, `Bool`, `BinaryEquals`, `IpAddress`, `ArnLike` or `Null`, "
                + "alone or as `ForAllValues:…`, `ForAnyValue:…` or `…IfExists`";
            return false;
        }

        problem = entry.Family == OperatorFamily.Null && (ifExists || quantifier != Quantifier.None)
            ? "says nothing: `Null` asks whether a key exists, and takes neither `IfExists` nor `ForAllValues:` nor `ForAnyValue:`"
            : null;
        parsed = problem is null ? new ConditionOperator(entry.Family, entry.Relation, entry.IsNegated, ifExists, quantifier) : null;
        return problem is null;
    }
}
