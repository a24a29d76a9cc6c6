namespace Portlight.Wire.SigV4;

/// <summary>
/// Everything about a signature that can be checked without the secret, in the order in which AWS front ends check it:
/// date, signed host, algorithm, credential scope, other signed headers.
/// </summary>
internal sealed class SignatureCheck(SigV4Rules rules)
{
    private const int MaxKeyIdLength = 128;
    private const int MaxExpires = 604800;

    /// <summary>Of a presigned request that does not say how long it lives. Only S3 asks for X-Amz-Expires; several signers leave it out.</summary>
    private const int UnsaidExpires = 900;

    private readonly SignedHeaderNames _names = new();

    // The scope of the last request, which is nearly always that of the next: saves making its strings again.
    private CredentialScope? _lastScope;

    internal SigV4Problem? Check(in SignatureClaim claim, IEnumerable<string> headers, DateTimeOffset now, out ParsedSignature? parsed)
    {
        parsed = null;
        if (CheckTime(claim, now, out var time, out var expires) is { } badTime)
        {
            return badTime;
        }

        if (CheckNames(claim.SignedHeaders, out var names) is { } badNames)
        {
            return badNames;
        }

        if (!claim.Algorithm.SequenceEqual(StringToSign.Algorithm))
        {
            return SigV4Problem.Incomplete(
                $"Unsupported AWS 'algorithm': '{SignatureClaim.Echo(claim.Algorithm)}' (only {StringToSign.Algorithm} for now).");
        }

        var timestamp = claim.Date is { Length: 16 } text && text[8] == 'T' ? text : SigV4Time.Format(time);
        if (CheckScope(claim.Credential, timestamp, out var scope, out var keyId) is { } badScope)
        {
            return badScope;
        }

        if (DecidingHeaders.Check(headers, names, rules) is { } unsigned)
        {
            return unsigned;
        }

        parsed = new ParsedSignature
        {
            AccessKeyId = keyId,
            Scope = scope!,
            SignedHeaders = names,
            SessionToken = claim.Token,
            Timestamp = time,
            TimestampText = timestamp,
            Expires = expires,
            Signature = claim.Signature.ToString(),
        };
        return null;
    }

    private SigV4Problem? CheckTime(in SignatureClaim claim, DateTimeOffset now, out DateTimeOffset time, out TimeSpan? expires)
    {
        expires = null;
        if (claim.IsPresigned ? !SigV4Time.TryParse(claim.Date, out time) : !SigV4Time.TryParseHttp(claim.Date!, out time))
        {
            return SigV4Problem.Incomplete(
                $"Date must be in ISO-8601 'basic format'. Got '{SignatureClaim.Echo(claim.Date)}'. See http://en.wikipedia.org/wiki/ISO_8601");
        }

        var validFor = rules.ClockWindow;
        if (claim.IsPresigned)
        {
            var seconds = UnsaidExpires;
            if (claim.Expires is { } text && (!int.TryParse(text, System.Globalization.NumberStyles.None, null, out seconds) || seconds is < 1 or > MaxExpires))
            {
                return SigV4Problem.Incomplete($"'X-Amz-Expires' must be a number of seconds from 1 to {MaxExpires}.");
            }

            validFor = TimeSpan.FromSeconds(seconds);
            expires = validFor;
        }

        if (now - time > validFor)
        {
            return SigV4Problem.Invalid(
                $"Signature expired: {SigV4Time.Format(time)} is now earlier than {SigV4Time.Format(now - validFor)} ({SigV4Time.Format(now)} - {Words(validFor)})");
        }

        return time - now > rules.ClockWindow
            ? SigV4Problem.Invalid(
                $"Signature not yet current: {SigV4Time.Format(time)} is still later than {SigV4Time.Format(now + rules.ClockWindow)} ({SigV4Time.Format(now)} + {Words(rules.ClockWindow)})")
            : null;
    }

    private static string Words(TimeSpan span) =>
        span.Ticks % TimeSpan.TicksPerMinute == 0 ? $"{(long)span.TotalMinutes} min." : $"{(long)span.TotalSeconds} sec.";

    private SigV4Problem? CheckNames(ReadOnlySpan<char> list, out string[] names)
    {
        if (!_names.TryGet(list, out names))
        {
            return SigV4Problem.Incomplete(
                $"'SignedHeaders' must be a semicolon-separated, sorted list of lower-case header names, each once. Got '{SignatureClaim.Echo(list)}'.");
        }

        return Array.BinarySearch(names, "host", StringComparer.Ordinal) >= 0
            ? null
            : SigV4Problem.Invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.");
    }

    private SigV4Problem? CheckScope(
        ReadOnlySpan<char> credential, string timestamp, out CredentialScope? scope, out string keyId)
    {
        scope = null;
        keyId = "";
        Span<Range> parts = stackalloc Range[7];
        if (credential.Split(parts, '/') != 5)
        {
            return SigV4Problem.Incomplete(
                $"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{SignatureClaim.Echo(credential)}'");
        }

        var id = credential[parts[0]];
        var date = credential[parts[1]];
        var region = credential[parts[2]];
        var terminator = credential[parts[4]];
        var problems = new List<string>(0);
        if (!IsRegion(region))
        {
            problems.Add($"Credential should be scoped to a valid region, not '{SignatureClaim.Echo(region)}'.");
        }

        if (!credential[parts[3]].SequenceEqual(rules.Service))
        {
            problems.Add($"Credential should be scoped to correct service: '{rules.Service}'.");
        }

        if (!terminator.SequenceEqual(CredentialScope.Terminator))
        {
            problems.Add($"Credential should be scoped with a valid terminator: 'aws4_request', not '{SignatureClaim.Echo(terminator)}'.");
        }

        if (!date.SequenceEqual(timestamp.AsSpan(0, 8)))
        {
            problems.Add(
                $"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{SignatureClaim.Echo(date)}' != '{timestamp.AsSpan(0, 8)}', from '{timestamp}'.");
        }

        if (problems.Count > 0)
        {
            return SigV4Problem.Invalid(string.Join(' ', problems));
        }

        if (id.Length is 0 or > MaxKeyIdLength)
        {
            return SigV4Problem.UnknownKey;
        }

        keyId = id.ToString();
        scope = _lastScope;
        if (scope is null || !date.SequenceEqual(scope.Date) || !region.SequenceEqual(scope.Region))
        {
            _lastScope = scope = new(date.ToString(), region.ToString(), rules.Service);
        }

        return null;
    }

    private bool IsRegion(ReadOnlySpan<char> region)
    {
        if (rules.Regions.Count > 0)
        {
            return rules.Regions.GetAlternateLookup<ReadOnlySpan<char>>().Contains(region);
        }

        if (region.Length is 0 or > 64)
        {
            return false;
        }

        foreach (var letter in region)
        {
            if (!char.IsAsciiLetterLower(letter) && !char.IsAsciiDigit(letter) && letter != '-')
            {
                return false;
            }
        }

        return true;
    }
}
