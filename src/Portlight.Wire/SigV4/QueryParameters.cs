namespace Portlight.Wire.SigV4;

/// <summary>The parameters of a query, undecoded, in order; a segment with nothing in it is none.</summary>
internal static class QueryParameters
{
    internal const string Algorithm = "X-Amz-Algorithm";
    internal const string Credential = "X-Amz-Credential";
    internal const string Date = "X-Amz-Date";
    internal const string Expires = "X-Amz-Expires";
    internal const string SignedHeaders = "X-Amz-SignedHeaders";
    internal const string Signature = "X-Amz-Signature";
    internal const string SecurityToken = "X-Amz-Security-Token";

    /// <summary>The decoded value of a parameter and how often it is given.</summary>
    internal static int Find(string query, string name, out string? value)
    {
        value = null;
        var count = 0;
        foreach (var range in query.AsSpan().Split('&'))
        {
            var (parameter, rawValue) = Halves(query.AsSpan(range));
            if (!Names(parameter, name))
            {
                continue;
            }

            count++;
            value ??= PercentEncoding.Decode(rawValue);
        }

        return count;
    }

    /// <summary>The canonical query: every parameter but the two named, encoded, sorted by name and then by value.</summary>
    internal static void AppendCanonical(ref ByteBuffer output, string query, bool withoutSignature, bool withoutToken)
    {
        if (query.Length == 0)
        {
            return;
        }

        var parameters = new List<(string Name, string Value)>();
        foreach (var range in query.AsSpan().Split('&'))
        {
            var segment = query.AsSpan(range);
            if (segment.IsEmpty)
            {
                continue;
            }

            var (name, value) = Halves(segment);
            if ((withoutSignature && Names(name, Signature)) || (withoutToken && Names(name, SecurityToken)))
            {
                continue;
            }

            parameters.Add((PercentEncoding.Canonical(name), PercentEncoding.Canonical(value)));
        }

        parameters.Sort(static (left, right) =>
            string.CompareOrdinal(left.Name, right.Name) is var order and not 0 ? order : string.CompareOrdinal(left.Value, right.Value));
        for (var index = 0; index < parameters.Count; index++)
        {
            if (index > 0)
            {
                output.Append((byte)'&');
            }

            output.Append(parameters[index].Name);
            output.Append((byte)'=');
            output.Append(parameters[index].Value);
        }
    }

    // A name may hide behind encoding (X-Amz-Dat%65): a parameter counts as what it decodes to, in the search as in the hash.
    private static bool Names(ReadOnlySpan<char> parameter, string name) =>
        parameter.Contains('%') ? PercentEncoding.Decode(parameter) == name : parameter.SequenceEqual(name);

    private static Parts Halves(ReadOnlySpan<char> segment)
    {
        var equals = segment.IndexOf('=');
        return equals < 0 ? new(segment, default) : new(segment[..equals], segment[(equals + 1)..]);
    }

    private readonly ref struct Parts(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        private readonly ReadOnlySpan<char> _name = name;
        private readonly ReadOnlySpan<char> _value = value;

        public void Deconstruct(out ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
        {
            name = _name;
            value = _value;
        }
    }
}
