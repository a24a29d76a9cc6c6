using System.Text;
using Microsoft.Extensions.Time.Testing;
using Portlight.Wire.SigV4;

namespace Portlight.Wire.Tests.SigV4;

/// <summary>One right request, signed by header or by query, for tests that make it wrong.</summary>
internal static class SignedPut
{
    internal const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    internal static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 20, 30, TimeSpan.Zero);

    internal static readonly AwsCredentials Credentials = new("AKIAPORTLIGHTEXAMPLE", Secret);

    internal static readonly SigV4Rules Rules = new() { Service = "lightsail" };

    private static readonly RequestText Unsigned = RequestText.Parse("""
        POST / HTTP/1.1
        Host:127.0.0.1:8580
        Content-Type:application/x-amz-json-1.1
        X-Amz-Target:Lightsail_20161128.PutInstancePublicPorts

        {"instanceName":"web-1","portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp"}]}
        """);

    internal static RequestText ByHeader(DateTimeOffset? time = null, string region = "eu-central-1", string service = "lightsail", string? token = null, (string Name, string Value)? also = null)
    {
        var at = time ?? Now;
        var request = Unsigned.With("X-Amz-Date", SigV4Time.Format(at));
        if (token is not null)
        {
            request = request.With("X-Amz-Security-Token", token);
        }

        if (also is var (name, value))
        {
            request = request.With(name, value);
        }

        return request.With("Authorization", SigV4Signer.Authorization(
            request.ToSign(), request.AllNames(), Credentials, Rules with { Service = service }, region, at));
    }

    internal static RequestText ByQuery(DateTimeOffset? time = null, int? expires = 900, string? token = null) => Unsigned.WithQuery(SigV4Signer.PresignedQuery(
        Unsigned.ToSign(), Unsigned.AllNames(), Credentials with { SessionToken = token }, Rules, "eu-central-1", time ?? Now, expires is null ? null : TimeSpan.FromSeconds(expires.Value)));

    /// <summary>The problem with a request, or null when it holds.</summary>
    internal static SigV4Problem? Check(RequestText request, SigV4Rules? rules = null, string? secret = Secret)
    {
        var verifier = new SigV4Verifier(rules ?? Rules, new FakeTimeProvider(Now));
        return verifier.TryParse(request.ToSign(), out var parsed, out var problem)
            && verifier.Verify(parsed, request.ToSign(), secret, out problem)
            ? null
            : problem;
    }

    internal static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
