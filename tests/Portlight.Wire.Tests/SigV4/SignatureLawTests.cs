using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Portlight.Wire.SigV4;
using static Portlight.Wire.Tests.SigV4.SignedPut;

namespace Portlight.Wire.Tests.SigV4;

public sealed class SignatureLawTests
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~!*'() %/:;=+,éß日";

    private static readonly Gen<string> Text = Gen.Char[Letters].Array[0, 20].Select(letters => new string(letters));

    private static readonly Gen<RequestText> Request = Gen.Select(
        Gen.OneOf(Gen.Const("GET"), Gen.Const("POST"), Gen.Const("PUT")), Text.Array[0, 4], Gen.Select(Text, Text).Array[0, 4], Gen.Select(Text, Gen.Int[0, 5]).Array[0, 4], Gen.Byte.Array[0, 200],
        (method, segments, parameters, headers, body) =>
        {
            var query = string.Join('&', parameters.Select(pair => $"{Uri.EscapeDataString(pair.Item1)}={Uri.EscapeDataString(pair.Item2)}"));
            var request = RequestText.Parse($"{method} / HTTP/1.1\nHost:example:1\nX-Amz-Date:{SigV4Time.Format(Now)}\n")
                .WithPath("/" + string.Join('/', segments.Select(Uri.EscapeDataString)))
                .WithQuery(query)
                .WithBody(body);
            return headers.Aggregate(request, (so, header) => so.With($"x-header-{header.Item2}", header.Item1));
        });

    [Fact]
    public void What_is_signed_by_header_verifies() => Request.Sample(request =>
    {
        var authorization = SigV4Signer.Authorization(request.ToSign(), request.AllNames(), Credentials, Rules, "eu-central-1", Now);
        return Check(request.With("Authorization", authorization)) is null;
    });

    [Fact]
    public void What_is_signed_by_query_verifies() => Request.Sample(request =>
    {
        var query = SigV4Signer.PresignedQuery(
            request.ToSign(), request.AllNames(), Credentials, Rules, "eu-central-1", Now, TimeSpan.FromHours(1));
        return Check(request.WithQuery(query)) is null;
    });

    /// <summary>What is signed and what is read come from one text: two queries that have one signature must say the same.</summary>
    [Fact]
    public void Two_queries_with_one_canonical_form_have_one_meaning()
    {
        string[] pieces = ["a", "+", "%2B", "%2b", " ", "%20", "%25", "%", "%4", "~", "%7e", "%E2%82%AC", "%C3", "%C3%A4", "*", "%2A", "=", "%3D", "/", ";", "%00"];
        var query = Gen.Int[0, pieces.Length - 1].Select(at => pieces[at]).Array[0, 4].Select(string.Concat);
        Gen.Select(query, query).Sample((one, other) =>
        {
            if (Canonical($"v={one}") == Canonical($"v={other}") && Read(one) is { } first && Read(other) is { } second)
            {
                Assert.Equal(first, second);
            }
        }, iter: 20_000);
        Assert.Equal(Canonical("v=x+y"), Canonical("v=x%20y"));
        Assert.NotEqual(Canonical("v=x+y"), Canonical("v=x%2By"));

        static string Canonical(string query)
        {
            var output = new ByteBuffer(stackalloc byte[512]);
            QueryParameters.AppendCanonical(ref output, query, withoutSignature: false, withoutToken: false);
            return System.Text.Encoding.ASCII.GetString(output.Written);
        }

        static string? Read(string value) => Wire.Query.QueryRequest.TryParse(System.Text.Encoding.ASCII.GetBytes($"v={value}"), out var request, out _) ? request.Find("v") : null;
    }

    [Fact]
    public void Any_one_byte_of_the_body_changed_is_refused()
    {
        var request = ByHeader();
        Gen.Select(Gen.Int[0, request.Body.Length - 1], Gen.Byte[1, 255]).Sample((at, flip) =>
        {
            var body = request.Body.ToArray();
            body[at] ^= flip;
            return Check(request.WithBody(body)) is { Type: SigV4ProblemType.InvalidSignature };
        });
    }

    [Fact]
    public void Any_one_character_of_a_signed_header_changed_is_refused()
    {
        var request = ByHeader(token: "a-session-token");
        var signed = request.Headers.Where(header => header.Key != "Authorization").ToList();
        Gen.Select(Gen.Int[0, signed.Count - 1], Gen.Int[0, 1000], Gen.Char['!', '~']).Where((header, at, with) =>
        {
            var value = signed[header].Value;
            return value[at % value.Length] != with;
        }).Sample((header, at, with) =>
        {
            var (name, value) = signed[header];
            at %= value.Length;
            var changed = request.Without(name).With(name, value[..at] + with + value[(at + 1)..]);
            return Check(changed) is not null;
        });
    }

    [Fact]
    public void Any_one_character_of_the_authorization_changed_is_refused()
    {
        var request = ByHeader();
        var value = request.Header("Authorization");
        Gen.Select(Gen.Int[0, value.Length - 1], Gen.Char[' ', '~']).Where((at, with) => value[at] != with).Sample((at, with) =>
        {
            var changed = value[..at] + with + value[(at + 1)..];
            var altered = request.Without("Authorization").With("Authorization", changed);
            // The secret is looked up by key id: a changed id is a key that nobody has.
            var verifier = new SigV4Verifier(Rules, new FakeTimeProvider(Now));
            if (!verifier.TryParse(altered.ToSign(), out var parsed, out _))
            {
                return true;
            }

            var secret = parsed.AccessKeyId == Credentials.AccessKeyId ? Secret : null;
            return !verifier.Verify(parsed, altered.ToSign(), secret, out _);
        });
    }

    [Fact]
    public void Any_one_character_of_a_presigned_query_changed_is_refused()
    {
        var request = ByQuery(token: "a-session-token");
        Gen.Select(Gen.Int[0, request.Query.Length - 1], Gen.Char['!', '~']).Where((at, with) => request.Query[at] != with).Sample((at, with) =>
        {
            var changed = request.WithQuery(request.Query[..at] + with + request.Query[(at + 1)..]);
            var verifier = new SigV4Verifier(Rules, new FakeTimeProvider(Now));
            if (!verifier.TryParse(changed.ToSign(), out var parsed, out _))
            {
                return true;
            }

            var secret = parsed.AccessKeyId == Credentials.AccessKeyId ? Secret : null;
            // Percent-encoding has two spellings of one text (%2F, %2f): those are one query.
            return Uri.UnescapeDataString(changed.Query) == Uri.UnescapeDataString(request.Query)
                || !verifier.Verify(parsed, changed.ToSign(), secret, out _);
        });
    }

    [Fact]
    public void Method_path_and_query_are_signed()
    {
        Assert.NotNull(Check(ByHeader().WithMethod("PUT")));
        Assert.NotNull(Check(ByHeader().WithPath("/x")));
        Assert.NotNull(Check(ByHeader().WithQuery("a=b")));
        Assert.NotNull(Check(ByHeader().With("x-amz-target", "Lightsail_20161128.DeleteInstance")));
    }

    [Fact]
    public void Random_signatures_are_refused_and_never_throw() =>
        Gen.Select(Text, Text, Text, Gen.Bool).Sample((first, second, third, inQuery) =>
        {
            var request = RequestText.Parse("POST / HTTP/1.1\nHost:a\n").With("X-Amz-Date", third);
            request = inQuery
                ? request.WithQuery($"X-Amz-Algorithm={first}&X-Amz-Credential={second}&X-Amz-Expires=1&X-Amz-Signature={third}&X-Amz-Date={first}&X-Amz-SignedHeaders={third}")
                : request.With("Authorization", $"AWS4-{first}Credential={second}, SignedHeaders={third}, Signature={first}");
            return Check(request) is { Message.Length: > 0 };
        });

    [Fact]
    public void Random_authorization_headers_are_refused_and_never_throw() => Gen.String[0, 80].Sample(header =>
        Check(RequestText.Parse("POST / HTTP/1.1\nHost:a\n").With("X-Amz-Date", SigV4Time.Format(Now)).With("Authorization", "AWS4-HMAC-SHA256 " + header)) is not null);

    [Fact]
    public void A_thousand_regions_do_not_grow_the_cache_without_bound()
    {
        var keys = new SigningKeys(capacity: 16);
        var signature = new byte[32];
        for (var region = 0; region < 1000; region++)
        {
            var scope = new CredentialScope("20261122", $"r-{region}", "lightsail");
            keys.Get("AKIA", scope, Secret).Sign("text"u8, signature);
            Assert.Equal(System.Security.Cryptography.HMACSHA256.HashData(SigningKeys.Derive(Secret, scope), "text"u8), signature);
            Assert.InRange(keys.Count, 1, 16);
        }
    }
}
