using System.Text.Json;
using Portlight.Domain;
using Portlight.Policies.Conditions;
using Portlight.Policies.Matching;

namespace Portlight.Policies.Documents;

/// <summary>Reads a <c>Condition</c>: operators, in each keys, for each one value or a list.</summary>
internal sealed class ConditionReader(string path, bool variables, Problems problems)
{
    private readonly List<Condition> _conditions = [];

    public Condition[] Read(JsonTree value)
    {
        if (value.Kind != JsonValueKind.Object)
        {
            problems.Add(path, "not an object of operators");
        }

        foreach (var (name, keys) in value.Members)
        {
            var where = Problems.Join(path, name);
            if (!ConditionOperator.TryParse(name, out var comparison, out var problem))
            {
                problems.Add(where, $"`{UserText.Excerpt(name)}` {problem}");
            }
            else if (keys.Kind != JsonValueKind.Object || keys.Members.Length == 0)
            {
                problems.Add(where, "not an object with at least one condition key");
            }
            else
            {
                ReadKeys(comparison, keys, where);
            }
        }

        return [.. _conditions];
    }

    private void ReadKeys(ConditionOperator comparison, JsonTree keys, string where)
    {
        foreach (var (key, value) in keys.Members)
        {
            var at = Problems.Join(where, key);
            if (ConditionKey.Problem(key) is { } problem)
            {
                problems.Add(at, $"`{UserText.Excerpt(key)}` {problem}");
            }

            var texts = Texts(value, at);
            _conditions.Add(new Condition(new ConditionKey(key), comparison, ReadValues(comparison, texts)));
        }
    }

    /// <summary>Numbers and truth values count as what they are written as; IAM's grammar allows both with and without quotation marks.</summary>
    private List<(string Text, string Path)> Texts(JsonTree value, string where)
    {
        var list = value.Kind == JsonValueKind.Array;
        var items = list ? value.Items : [value];
        if (items.Length == 0)
        {
            problems.Add(where, "the list is empty");
        }

        var texts = new List<(string, string)>();
        for (var i = 0; i < items.Length; i++)
        {
            var at = list ? $"{where}[{i}]" : where;
            if (items[i].IsScalar)
            {
                texts.Add((items[i].Text, at));
            }
            else
            {
                problems.Add(at, "neither a string nor a number nor `true` nor `false`");
            }
        }

        return texts;
    }

    private PolicyValues ReadValues(ConditionOperator comparison, List<(string Text, string Path)> texts) => comparison.Family switch
    {
        OperatorFamily.Text or OperatorFamily.TextIgnoringCase or OperatorFamily.TextPattern => new TextValues(comparison.Family, Templates(texts, comparison.Family)),
        OperatorFamily.Arn => new ArnValues(Arns(texts)),
        OperatorFamily.Number => Read<decimal>(texts, Literals.TryReadNumber, Compare<decimal>(comparison.Relation), "no number of at most 28 digits"),
        OperatorFamily.Date => Read<long>(
            texts, Instant.TryRead, Compare<long>(comparison.Relation), "no date: it is written `2026-01-31`, `2026-01-31T08:00:00Z`, or as seconds since 1970 (four digits could be either)"),
        OperatorFamily.Address => Read<Cidr>(texts, Literals.TryReadBlock, static (actual, expected) => expected.Contains(actual), "no IPv4 or IPv6 address or CIDR block"),
        OperatorFamily.Binary => Read<byte[]>(texts, Literals.TryReadBytes, static (actual, expected) => actual.AsSpan().SequenceEqual(expected), "no base64"),
        _ => Read<bool>(texts, Literals.TryReadTruth, static (actual, expected) => actual == expected, "neither `true` nor `false`"),
    };

    private List<Template> Templates(List<(string Text, string Path)> texts, OperatorFamily family)
    {
        var templates = new List<Template>();
        foreach (var (text, at) in texts)
        {
            if (Template.TryParse(text, variables, wildcards: family == OperatorFamily.TextPattern, out var template, out var problem))
            {
                templates.Add(template);
            }
            else
            {
                problems.Add(at, $"`{UserText.Excerpt(text)}` {problem}");
            }
        }

        return templates;
    }

    private List<ArnPattern> Arns(List<(string Text, string Path)> texts)
    {
        var patterns = new List<ArnPattern>();
        foreach (var (text, at) in texts)
        {
            if (ArnReader.TryReadComparand(text, variables, out var pattern, out var problem))
            {
                patterns.Add(pattern);
            }
            else
            {
                problems.Add(at, $"`{UserText.Excerpt(text)}` {problem}");
            }
        }

        return patterns;
    }

    private ReadValues<T> Read<T>(List<(string Text, string Path)> texts, ReadValues<T>.Reader read, Func<T, T, bool> matches, string otherwise)
    {
        var values = new List<T>();
        foreach (var (text, at) in texts)
        {
            if (read(text, out var value))
            {
                values.Add(value);
            }
            else
            {
                var variable = variables && text.Contains("${", StringComparison.Ordinal) ? "; policy variables can stand in values of the string and ARN operators only" : "";
                problems.Add(at, $"`{UserText.Excerpt(text)}` is {otherwise}{variable}");
            }
        }

        return new ReadValues<T>(values, read, matches);
    }

    private static Func<T, T, bool> Compare<T>(Relation relation)
        where T : IComparable<T> => relation switch
        {
            Relation.Less => static (actual, expected) => actual.CompareTo(expected) < 0,
            Relation.LessOrEqual => static (actual, expected) => actual.CompareTo(expected) <= 0,
            Relation.Greater => static (actual, expected) => actual.CompareTo(expected) > 0,
            Relation.GreaterOrEqual => static (actual, expected) => actual.CompareTo(expected) >= 0,
            _ => static (actual, expected) => actual.CompareTo(expected) == 0,
        };
}
