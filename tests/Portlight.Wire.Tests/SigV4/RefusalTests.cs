using Portlight.Wire.SigV4;
using static Portlight.Wire.SigV4.SigV4ProblemType;
using static Portlight.Wire.Tests.SigV4.SignedPut;

namespace Portlight.Wire.Tests.SigV4;

public sealed class RefusalTests
{
    private const string Mismatch = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

    private static void Refused(SigV4ProblemType type, string message, SigV4Problem? problem) =>
        Assert.Equal(new SigV4Problem(type, message), problem);

    private static RequestText Edited(Func<string, string> edit)
    {
        var request = ByHeader();
        return request.Without("Authorization").With("Authorization", edit(request.Header("Authorization")));
    }

    private static RequestText EditedQuery(string from, string to)
    {
        var request = ByQuery();
        Assert.Contains(from, request.Query, StringComparison.Ordinal);
        return request.WithQuery(request.Query.Replace(from, to, StringComparison.Ordinal));
    }

    [Fact]
    public void A_right_request_holds() => Assert.Equal((null, null), (Check(ByHeader()), Check(ByQuery())));

    [Fact]
    public void No_signature_at_all() =>
        Refused(MissingAuthenticationToken, "Missing Authentication Token", Check(ByHeader().Without("Authorization")));

    [Theory]
    [InlineData("Bearer x")]
    [InlineData("Basic QUtJQQ==")]
    [InlineData("")]
    public void A_scheme_that_is_not_of_aws_counts_as_no_signature(string header) => Refused(
        MissingAuthenticationToken, "Missing Authentication Token", Check(ByHeader().Without("Authorization").With("Authorization", header)));

    [Fact]
    public void Both_forms_at_once() => Refused(
        InvalidSignature,
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
        Check(ByQuery().With("Authorization", ByHeader().Header("Authorization"))));

    [Fact]
    public void Every_missing_part_is_named() => Refused(
        IncompleteSignature,
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256",
        Check(Edited(_ => "AWS4-HMAC-SHA256").Without("X-Amz-Date")));

    [Fact]
    public void Every_missing_parameter_is_named() => Refused(
        IncompleteSignature,
        "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.",
        Check(ByQuery().WithQuery("X-Amz-Algorithm=AWS4-HMAC-SHA256")));

    [Fact]
    public void A_list_element_without_an_equal_sign() => Refused(
        IncompleteSignature,
        "'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Signature=b, Credential, SignedHeaders'.",
        Check(Edited(_ => "AWS4-HMAC-SHA256 Signature=b, Credential, SignedHeaders")));

    [Theory]
    [InlineData("Credential")]
    [InlineData("SignedHeaders")]
    [InlineData("Signature")]
    public void A_list_element_twice(string name) => Refused(
        IncompleteSignature, $"Authorization header holds '{name}' twice.", Check(Edited(header => $"{header}, {name}=x")));

    [Theory]
    [InlineData("X-Amz-Algorithm")]
    [InlineData("X-Amz-Credential")]
    [InlineData("X-Amz-Date")]
    [InlineData("X-Amz-Expires")]
    [InlineData("X-Amz-SignedHeaders")]
    [InlineData("X-Amz-Signature")]
    [InlineData("X-Amz-Security-Token")]
    public void A_parameter_twice_even_when_one_is_encoded(string name)
    {
        var query = $"{ByQuery(token: "t").Query}&{name.Replace("X", "%58", StringComparison.Ordinal)}=x";

        Refused(
            IncompleteSignature,
            $"AWS query-string parameter '{name}' must be given once. Re-examine the query-string parameters.",
            Check(ByQuery().WithQuery(query)));
    }

    [Theory]
    [InlineData("Authorization")]
    [InlineData("X-Amz-Date")]
    public void A_header_twice(string name) => Refused(
        IncompleteSignature, $"The '{name}' header must be given once.", Check(ByHeader().With(name, ByHeader().Header(name))));

    [Theory]
    [InlineData("201")]
    [InlineData("2026-11-22T10:20:30Z")]
    [InlineData("20261322T102030Z")]
    public void A_date_that_is_none(string date) => Refused(
        IncompleteSignature,
        $"Date must be in ISO-8601 'basic format'. Got '{date}'. See http://en.wikipedia.org/wiki/ISO_8601",
        Check(ByHeader().Without("X-Amz-Date").With("X-Amz-Date", date)));

    [Fact]
    public void A_date_header_of_http_will_do_where_there_is_no_other()
    {
        var date = Now.ToString("r", System.Globalization.CultureInfo.InvariantCulture);
        var request = ByHeader().Without("X-Amz-Date").Without("Authorization").With("Date", date);
        var signed = request.With("Authorization", SigV4Signer.Authorization(
            request.ToSign(), request.AllNames(), Credentials, Rules, "eu-central-1", Now));

        Assert.Null(Check(signed));
    }

    [Theory]
    [InlineData(-300, true)]
    [InlineData(-301, false)]
    [InlineData(300, true)]
    [InlineData(301, false)]
    public void The_clocks_may_differ_by_five_minutes(int seconds, bool holds) =>
        Assert.Equal(holds, Check(ByHeader(Now.AddSeconds(seconds))) is null);

    [Fact]
    public void A_request_from_the_past_is_expired() => Refused(
        InvalidSignature,
        "Signature expired: 20261122T101000Z is now earlier than 20261122T101530Z (20261122T102030Z - 5 min.)",
        Check(ByHeader(new(2026, 11, 22, 10, 10, 0, TimeSpan.Zero))));

    [Fact]
    public void A_request_from_the_future_is_not_yet_current() => Refused(
        InvalidSignature,
        "Signature not yet current: 20261122T103000Z is still later than 20261122T102530Z (20261122T102030Z + 5 min.)",
        Check(ByHeader(new(2026, 11, 22, 10, 30, 0, TimeSpan.Zero))));

    [Theory]
    [InlineData(-604800, 604800, true)]
    [InlineData(-604801, 604800, false)]
    [InlineData(-1, 1, true)]
    [InlineData(-2, 1, false)]
    [InlineData(300, 1, true)]
    [InlineData(301, 604800, false)]
    public void A_presigned_request_lives_as_long_as_it_says(int seconds, int expires, bool holds) =>
        Assert.Equal(holds, Check(ByQuery(Now.AddSeconds(seconds), expires)) is null);

    [Theory]
    [InlineData("0")]
    [InlineData("604801")]
    [InlineData("-1")]
    [InlineData("1e3")]
    [InlineData("99999999999")]
    [InlineData("%2B9")]
    public void A_presigned_request_may_live_a_week_and_no_longer(string expires) => Refused(
        IncompleteSignature, "'X-Amz-Expires' must be a number of seconds from 1 to 604800.", Check(EditedQuery("X-Amz-Expires=900", $"X-Amz-Expires={expires}")));

    [Fact]
    public void The_host_must_be_signed() => Refused(
        InvalidSignature,
        "'Host' must be a 'SignedHeader' in the AWS Authorization.",
        Check(Edited(header => header.Replace("host;", "", StringComparison.Ordinal))));

    [Theory]
    [InlineData("host;content-type")]
    [InlineData("Host;x-amz-date")]
    [InlineData("host;;x-amz-date")]
    [InlineData("host;host")]
    [InlineData("host;x amz")]
    [InlineData("host;")]
    public void The_signed_names_must_be_a_sorted_list(string names) => Refused(
        IncompleteSignature,
        $"'SignedHeaders' must be a semicolon-separated, sorted list of lower-case header names, each once. Got '{names}'.",
        Check(Edited(header => header.Replace("content-type;host;x-amz-date;x-amz-target", names, StringComparison.Ordinal))));

    [Theory]
    [InlineData("AWS4-HMAC-SHA25")]
    [InlineData("AWS4-ECDSA-P256-SHA256")]
    public void Another_algorithm(string algorithm) => Refused(
        IncompleteSignature,
        $"Unsupported AWS 'algorithm': '{algorithm}' (only AWS4-HMAC-SHA256 for now).",
        Check(Edited(header => header.Replace("AWS4-HMAC-SHA256", algorithm, StringComparison.Ordinal))));

    [Theory]
    [InlineData("a/b/c/d")]
    [InlineData("a/b/c/d/e/f")]
    [InlineData("a")]
    public void A_credential_of_other_than_five_parts(string credential) => Refused(
        IncompleteSignature,
        $"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{credential}'",
        Check(Edited(_ => $"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=x")));

    [Fact]
    public void Everything_wrong_with_a_scope_is_named() => Refused(
        InvalidSignature,
        "Credential should be scoped to a valid region, not 'C'. Credential should be scoped to correct service: 'lightsail'. Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != '20261122', from '20261122T102030Z'.",
        Check(Edited(_ => "AWS4-HMAC-SHA256 Credential=a/b/C/d/e, SignedHeaders=host, Signature=x")));

    [Fact]
    public void A_region_that_is_not_of_the_list() => Refused(
        InvalidSignature,
        "Credential should be scoped to a valid region, not 'eu-central-1'.",
        Check(ByHeader(), Rules with { Regions = System.Collections.Frozen.FrozenSet.Create(StringComparer.Ordinal, ["us-east-1"]) }));

    [Fact]
    public void Another_service() => Refused(
        InvalidSignature, "Credential should be scoped to correct service: 'lightsail'.", Check(ByHeader(service: "ec2")));

    [Fact]
    public void A_key_that_nobody_has() => Refused(
        UnrecognizedClient, "The security token included in the request is invalid.", Check(ByHeader(), secret: null));

    [Theory]
    [InlineData("x")]
    [InlineData("")]
    [InlineData(Secret + " ")]
    public void Another_secret(string secret) => Refused(InvalidSignature, Mismatch, Check(ByHeader(), secret: secret));

    [Fact]
    public void A_signature_that_is_no_signature()
    {
        foreach (var signature in new[] { "x", new string('0', 64), new string('é', 32), new string('0', 65) })
        {
            Refused(InvalidSignature, Mismatch, Check(Edited(header => header[..(header.LastIndexOf('=') + 1)] + signature)));
        }

        Refused(InvalidSignature, Mismatch, Check(Edited(header =>
            header[..^64] + header[^64..].ToUpper(System.Globalization.CultureInfo.InvariantCulture))));
    }

    [Theory]
    [InlineData("UNSIGNED-PAYLOAD")]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")]
    [InlineData("STREAMING-UNSIGNED-PAYLOAD-TRAILER")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("")]
    public void A_content_hash_that_is_not_the_bodys(string hash) => Refused(
        InvalidSignature,
        "The 'X-Amz-Content-Sha256' header must be the SHA-256 of the body in lower-case hexadecimal; unsigned and streaming payloads are not accepted.",
        Check(ByHeader(also: ("X-Amz-Content-Sha256", hash))));

    [Theory]
    [InlineData("X-Amz-Anything", "x-amz-anything")]
    [InlineData("X-Amz-Content-Sha256", "x-amz-content-sha256")]
    [InlineData("x-amz-security-token", "x-amz-security-token")]
    [InlineData("X-Portlight-Confirm", "x-portlight-confirm")]
    [InlineData("IF-MATCH", "if-match")]
    public void A_header_that_decides_something_must_be_signed(string header, string named)
    {
        foreach (var signed in new[] { ByHeader(), ByQuery() })
        {
            Refused(InvalidSignature, $"There were headers present in the request which were not signed: {named}", Check(signed.With(header, "x")));
            Refused(InvalidSignature, "There were headers present in the request which were not signed: " + string.Join(", ", new[] { named, "x-portlight-zzz" }.Order(StringComparer.Ordinal)), Check(signed.With("X-Portlight-Zzz", "y").With(header, "x")));
        }

        Assert.NotEqual("There", Check(ByHeader(also: (header, "x")))?.Message[..5]);
    }

    [Theory]
    [InlineData("X-Amzn-Trace-Id")]
    [InlineData("X-Amz-User-Agent")]
    [InlineData("X-Forwarded-For")]
    [InlineData("User-Agent")]
    [InlineData("Accept-Encoding")]
    public void What_clients_and_proxies_add_need_not_be_signed(string header) =>
        Assert.Equal((null, null), (Check(ByHeader().With(header, "x")), Check(ByQuery().With(header, "x"))));

    [Theory]
    [InlineData(-900, true)]
    [InlineData(-901, false)]
    public void A_presigned_request_that_does_not_say_how_long_lives_fifteen_minutes(int seconds, bool holds) =>
        Assert.Equal(holds, Check(ByQuery(Now.AddSeconds(seconds), expires: null)) is null);

    [Fact]
    public void A_key_whose_secret_changed_is_checked_by_the_new_one()
    {
        var verifier = new SigV4Verifier(Rules, new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Now));
        var request = ByHeader();
        Assert.True(verifier.TryParse(request.ToSign(), out var parsed, out _));

        Assert.True(verifier.Verify(parsed, request.ToSign(), Secret, out _));
        Assert.False(verifier.Verify(parsed, request.ToSign(), "rotated", out _));
        Assert.True(verifier.Verify(parsed, request.ToSign(), new string(Secret), out _));
    }

    [Fact]
    public void Each_problem_becomes_the_error_of_its_name()
    {
        foreach (var type in Enum.GetValues<SigV4ProblemType>())
        {
            var error = new SigV4Problem(type, "m").ToException();
            Assert.Equal((type + "Exception", "m"), (error.Type, error.Message));
        }
    }
}
