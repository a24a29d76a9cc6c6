namespace Portlight.Wire.SigV4;

/// <summary>The parts of a signature as they stand in the request, from either of the two places that can hold one, unchecked.</summary>
internal ref struct SignatureClaim
{
    internal const string AuthorizationHeader = "Authorization";
    internal const string DateHeader = "x-amz-date";
    internal const string TokenHeader = "x-amz-security-token";

    private const int MaxEcho = 512;

    internal ReadOnlySpan<char> Algorithm;
    internal ReadOnlySpan<char> Credential;
    internal ReadOnlySpan<char> SignedHeaders;
    internal ReadOnlySpan<char> Signature;
    internal string? Date;
    internal string? Expires;
    internal string? Token;
    internal bool IsPresigned;

    /// <summary>Finds the signature and its parts; false with the problem when there is none, two, or one with parts missing.</summary>
    internal static bool TryFind<THeaders>(
        in SigV4Request<THeaders> request, out SignatureClaim claim, out SigV4Problem? problem)
        where THeaders : struct, IHeaderSource
    {
        claim = default;
        problem = null;
        var authorization = request.Headers.Get(AuthorizationHeader);
        // Nearly every request is signed by header and has no query: the query is looked through only where there is one.
        var inQuery = request.Query.Length > 0 && IsInQuery(request.Query);
        if (inQuery && authorization.Count > 0)
        {
            problem = SigV4Problem.Invalid("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
        }
        else if (inQuery)
        {
            problem = claim.ReadQuery(request.Query);
        }
        else if (authorization.Count > 1)
        {
            problem = SigV4Problem.Incomplete("The 'Authorization' header must be given once.");
        }
        else if (authorization.Count == 0 || !authorization[0].StartsWith("AWS4-", StringComparison.Ordinal))
        {
            problem = new(SigV4ProblemType.MissingAuthenticationToken, "Missing Authentication Token");
        }
        else
        {
            problem = claim.ReadHeaders(request.Headers, authorization[0]);
        }

        return problem is null;
    }

    private static bool IsInQuery(string query) =>
        QueryParameters.Find(query, QueryParameters.Algorithm, out _) > 0
        || QueryParameters.Find(query, QueryParameters.Credential, out _) > 0
        || QueryParameters.Find(query, QueryParameters.Signature, out _) > 0;

    private SigV4Problem? ReadHeaders<THeaders>(THeaders headers, string authorization)
        where THeaders : struct, IHeaderSource
    {
        var rest = authorization.AsSpan();
        var space = rest.IndexOf(' ');
        Algorithm = space < 0 ? rest : rest[..space];
        rest = space < 0 ? default : rest[(space + 1)..];
        // An Authorization of the algorithm alone gets the list of all that is missing, not a complaint about an empty element.
        if (!rest.IsEmpty)
        {
            foreach (var range in rest.Split(','))
            {
                if (ReadElement(rest[range].Trim(), authorization) is { } problem)
                {
                    return problem;
                }
            }
        }

        var dates = headers.Get(DateHeader);
        if (dates.Count == 0)
        {
            dates = headers.Get("Date");
        }

        if (dates.Count > 1)
        {
            return SigV4Problem.Incomplete("The 'X-Amz-Date' header must be given once.");
        }

        Date = dates.Count == 0 ? null : dates[0];
        var tokens = headers.Get(TokenHeader);
        if (tokens.Count > 1)
        {
            return SigV4Problem.Incomplete("The 'X-Amz-Security-Token' header must be given once.");
        }

        Token = tokens.Count == 0 ? null : tokens[0];
        return MissingFromHeaders(authorization);
    }

    private SigV4Problem? ReadElement(ReadOnlySpan<char> element, string authorization)
    {
        var equals = element.IndexOf('=');
        if (equals < 0)
        {
            return SigV4Problem.Incomplete(
                $"'{Echo(element)}' not a valid key=value pair (missing equal-sign) in Authorization header: '{Echo(authorization)}'.");
        }

        var value = element[(equals + 1)..];
        var once = element[..equals] switch
        {
            "Credential" => TrySet(ref Credential, value),
            "SignedHeaders" => TrySet(ref SignedHeaders, value),
            "Signature" => TrySet(ref Signature, value),
            _ => true,
        };
        return once ? null : SigV4Problem.Incomplete($"Authorization header holds '{Echo(element[..equals])}' twice.");
    }

    private static bool TrySet(ref ReadOnlySpan<char> part, ReadOnlySpan<char> value)
    {
        if (!part.IsEmpty)
        {
            return false;
        }

        part = value;
        return true;
    }

    private readonly SigV4Problem? MissingFromHeaders(string authorization)
    {
        if (!Credential.IsEmpty && !Signature.IsEmpty && !SignedHeaders.IsEmpty && Date is not null)
        {
            return null;
        }

        var missing = new List<string>(5);
        if (Credential.IsEmpty)
        {
            missing.Add("Authorization header requires 'Credential' parameter.");
        }

        if (Signature.IsEmpty)
        {
            missing.Add("Authorization header requires 'Signature' parameter.");
        }

        if (SignedHeaders.IsEmpty)
        {
            missing.Add("Authorization header requires 'SignedHeaders' parameter.");
        }

        if (Date is null)
        {
            missing.Add("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
        }

        missing.Add($"Authorization={Echo(authorization)}");
        return SigV4Problem.Incomplete(string.Join(' ', missing));
    }

    private SigV4Problem? ReadQuery(string query)
    {
        IsPresigned = true;
        var problems = new List<string>();
        Algorithm = Single(query, QueryParameters.Algorithm, problems);
        Credential = Single(query, QueryParameters.Credential, problems);
        Signature = Single(query, QueryParameters.Signature, problems);
        SignedHeaders = Single(query, QueryParameters.SignedHeaders, problems);
        Date = Single(query, QueryParameters.Date, problems);
        Expires = AtMostOne(query, QueryParameters.Expires, problems);
        Token = AtMostOne(query, QueryParameters.SecurityToken, problems);
        return problems.Count == 0
            ? null
            : SigV4Problem.Incomplete(string.Join(' ', problems.Append("Re-examine the query-string parameters.")));
    }

    private static string? Single(string query, string name, List<string> problems)
    {
        var value = AtMostOne(query, name, problems);
        if (string.IsNullOrEmpty(value))
        {
            problems.Add($"AWS query-string parameters must include '{name}'.");
        }

        return value;
    }

    private static string? AtMostOne(string query, string name, List<string> problems)
    {
        if (QueryParameters.Find(query, name, out var value) > 1)
        {
            problems.Add($"AWS query-string parameter '{name}' must be given once.");
        }

        return value;
    }

    internal static string Echo(ReadOnlySpan<char> text) =>
        text.Length <= MaxEcho ? text.ToString() : $"{text[..MaxEcho]}…";
}
