namespace Portlight.Wire.SigV4;

/// <summary>
/// The headers that decide something: where one is there, the signature must cover it, or the holder of a signature could have another operation done with it
/// ("Create a signed AWS API request", AWS IAM User Guide: every <c>x-amz-*</c> header; S3 refuses in the words below). <c>Content-Type</c> is not among them:
/// AWS's SDKs for JavaScript 2 and PHP do not sign it, and it decides nothing but whether there is an operation at all.
/// </summary>
internal static class DecidingHeaders
{
    /// <summary>Says which SDK it is, as User-Agent does, and decides nothing.</summary>
    private const string UserAgent = "x-amz-user-agent";

    /// <summary>The problem with a request that has one which is not signed; null when there is none.</summary>
    internal static SigV4Problem? Check(IEnumerable<string> headers, string[] signed, SigV4Rules rules)
    {
        List<string>? unsigned = null;
        foreach (var name in headers)
        {
            if (Decides(name) && !IsAmong(signed, name) && !(rules.SessionTokenIsUnsigned && name.Equals(SignatureClaim.TokenHeader, StringComparison.OrdinalIgnoreCase)))
            {
                (unsigned ??= []).Add(name.ToLowerInvariant());
            }
        }

        if (unsigned is null)
        {
            return null;
        }

        unsigned.Sort(StringComparer.Ordinal);
        return SigV4Problem.Invalid($"There were headers present in the request which were not signed: {SignatureClaim.Echo(string.Join(", ", unsigned))}");
    }

    private static bool Decides(string name) =>
        (name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) && !name.Equals(UserAgent, StringComparison.OrdinalIgnoreCase))
        || name.StartsWith("x-portlight-", StringComparison.OrdinalIgnoreCase)
        || name.Equals("if-match", StringComparison.OrdinalIgnoreCase);

    private static bool IsAmong(string[] signed, string name)
    {
        foreach (var one in signed)
        {
            if (one.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
