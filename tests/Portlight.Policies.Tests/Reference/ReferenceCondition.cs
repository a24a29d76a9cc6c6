using System.Globalization;
using System.Net.Sockets;
using System.Numerics;

namespace Portlight.Policies.Tests.Reference;

/// <summary><c>reference_policies_elements_condition_operators</c> and <c>reference_policies_condition-single-vs-multi-valued-context-keys</c>, operator by operator.</summary>
internal static class ReferenceCondition
{
    public static bool Holds(string name, string key, List<string> expected, bool variables, bool isDeny, Context context)
    {
        name = name.ToLowerInvariant();
        var forAll = name.StartsWith("forallvalues:", StringComparison.Ordinal);
        var forAny = name.StartsWith("foranyvalue:", StringComparison.Ordinal);
        name = forAll || forAny ? name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..] : name;
        var ifExists = name.EndsWith("ifexists", StringComparison.Ordinal);
        name = ifExists ? name[..^"ifexists".Length] : name;

        var negated = name.Contains("not", StringComparison.Ordinal);
        var there = context.Values.TryGetValue(key, out var values) && values.Count > 0;
        if (name == "null")
        {
            return expected.Any(value => value.Equals(there ? "false" : "true", StringComparison.OrdinalIgnoreCase));
        }

        // A negated comparison in an Allow with a variable that has no value: nobody knows that it differs.
        var unknown = (name.StartsWith("string", StringComparison.Ordinal) || name.StartsWith("arn", StringComparison.Ordinal))
            && variables && expected.Any(value => ReferencePattern.Of(value, wildcards: true, context).IsUnresolved);
        if (!there)
        {
            return ifExists || forAll || (!forAny && negated && (isDeny || !unknown));
        }

        var actual = Enumerable.Range(0, values.Count).Select(i => values[i]).ToList();
        if ((forAll || forAny) && actual is [""])
        {
            return forAll;
        }

        if (forAll)
        {
            return actual.All(Fits);
        }

        if (forAny)
        {
            return actual.Any(Fits);
        }

        if (!values.IsMultivalued)
        {
            return Fits(actual[0]);
        }

        return isDeny ? actual.Any(Fits) : actual.All(Fits);

        bool Fits(string value)
        {
            var any = expected.Any(wanted => Compare(name, wanted, value, variables ? context : null));
            return negated ? !any && (isDeny || !unknown) : any;
        }
    }

    private static bool Compare(string name, string expected, string actual, Context? variables) => name switch
    {
        "stringequals" or "stringnotequals" => ReferencePattern.Of(expected, wildcards: false, variables).Equals(actual, ignoringCase: false),
        "stringequalsignorecase" or "stringnotequalsignorecase" => ReferencePattern.Of(expected, wildcards: false, variables).Equals(actual, ignoringCase: true),
        "stringlike" or "stringnotlike" => ReferencePattern.Of(expected, wildcards: true, variables).Matches(actual),
        "arnequals" or "arnlike" or "arnnotequals" or "arnnotlike" => ReferencePattern.Of(expected, wildcards: true, variables).MatchesArn(actual),
        "bool" => (IsTruth(actual, "true") && IsTruth(expected, "true")) || (IsTruth(actual, "false") && IsTruth(expected, "false")),
        "binaryequals" => Bytes(actual) is { } bytes && bytes.SequenceEqual(Bytes(expected)!),
        "ipaddress" or "notipaddress" => Block(actual) is { } inner && Block(expected) is { } outer && inner.Family == outer.Family && outer.First <= inner.First && inner.Last <= outer.Last,
        _ when name.StartsWith("numeric", StringComparison.Ordinal) => Number(actual) is { } number && Relates(name["numeric".Length..], number.CompareTo(Number(expected)!.Value)),
        _ when name.StartsWith("date", StringComparison.Ordinal) => Date(actual) is { } date && Relates(name["date".Length..], date.CompareTo(Date(expected)!.Value)),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private static bool Relates(string relation, int order) => relation switch
    {
        "equals" or "notequals" => order == 0,
        "lessthan" => order < 0,
        "lessthanequals" => order <= 0,
        "greaterthan" => order > 0,
        "greaterthanequals" => order >= 0,
        _ => throw new ArgumentOutOfRangeException(nameof(relation), relation, null),
    };

    private static bool IsTruth(string text, string truth) => string.Equals(text, truth, StringComparison.OrdinalIgnoreCase);

    private static byte[]? Bytes(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static decimal? Number(string text) => decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DateTimeOffset? Date(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            return DateTimeOffset.FromUnixTimeSeconds(seconds);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
    }

    private static (AddressFamily Family, BigInteger First, BigInteger Last)? Block(string text)
    {
        var parts = text.Split('/');
        if (!Domain.Cidr.TryParseAddress(parts[0], out var address, out _))
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        var width = bytes.Length * 8;
        var host = width - (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : width);
        var first = (new BigInteger(bytes, isUnsigned: true, isBigEndian: true) >> host) << host;
        return (address.AddressFamily, first, first + (BigInteger.One << host) - 1);
    }
}
