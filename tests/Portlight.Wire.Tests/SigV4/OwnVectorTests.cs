using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Portlight.Wire.SigV4;

namespace Portlight.Wire.Tests.SigV4;

/// <summary>Requests signed by others (<c>Vectors/own.json</c> says by whom), so that our signer and verifier cannot agree on a mistake.</summary>
public sealed class OwnVectorTests
{
    private static readonly VectorFile File = VectorFile.Load();

    public static TheoryData<string> Names => [.. File.Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Verifies(string name)
    {
        var (request, token, region) = File.Cases[name];
        var verifier = new SigV4Verifier(new() { Service = "lightsail" }, new FakeTimeProvider(File.Time));

        Assert.True(verifier.TryParse(request.ToSign(), out var parsed, out var problem), problem?.Message);
        Assert.Equal((File.Credentials.AccessKeyId, region, token), (parsed.AccessKeyId, parsed.Region, parsed.SessionToken));
        Assert.True(verifier.Verify(parsed, request.ToSign(), File.Credentials.SecretAccessKey, out problem), problem?.Message);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Signs_the_same(string name)
    {
        var (request, token, region) = File.Cases[name];
        var credentials = File.Credentials with { SessionToken = token };
        var rules = new SigV4Rules { Service = "lightsail" };
        var verifier = new SigV4Verifier(rules, new FakeTimeProvider(File.Time));
        Assert.True(verifier.TryParse(request.ToSign(), out var parsed, out _));

        if (parsed.Expires is { } expires)
        {
            var own = string.Join('&', request.Query.Split('&').Where(parameter => !parameter.StartsWith("X-Amz-", StringComparison.Ordinal)));
            var query = SigV4Signer.PresignedQuery(
                request.WithQuery(own).ToSign(), parsed.SignedHeaders, credentials, rules, region, File.Time, expires);
            Assert.Equal(request.Query.Split('&').Order(StringComparer.Ordinal), query.Split('&').Order(StringComparer.Ordinal));
        }
        else
        {
            Assert.Equal(
                request.Header("Authorization"),
                SigV4Signer.Authorization(request.ToSign(), parsed.SignedHeaders, credentials, rules, region, File.Time));
        }
    }

    // From the AWS documentation, "Examples of how to derive a signing key for Signature Version 4".
    [Theory]
    [InlineData("20120215", "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d")]
    [InlineData("20150830", "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")]
    public void Derives_the_documented_signing_key(string date, string key) => Assert.Equal(
        key,
        Convert.ToHexStringLower(SigningKeys.Derive("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", new(date, "us-east-1", "iam"))));

    private sealed class VectorFile
    {
        internal required DateTimeOffset Time { get; init; }

        internal required AwsCredentials Credentials { get; init; }

        internal required Dictionary<string, (RequestText Request, string? Token, string Region)> Cases { get; init; }

        internal static VectorFile Load()
        {
            using var stream = typeof(OwnVectorTests).Assembly.GetManifestResourceStream("own.json")!;
            using var document = JsonDocument.Parse(stream);
            var root = document.RootElement;
            return new()
            {
                Time = DateTimeOffset.Parse(Text(root, "time")!, CultureInfo.InvariantCulture),
                Credentials = new(Text(root, "accessKeyId")!, Text(root, "secretAccessKey")!),
                Cases = root.GetProperty("cases").EnumerateArray().ToDictionary(
                    one => Text(one, "name")!,
                    one => (RequestText.Parse(Text(one, "request")!), Text(one, "token"), Text(one, "region")!)),
            };
        }

        private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
    }
}
