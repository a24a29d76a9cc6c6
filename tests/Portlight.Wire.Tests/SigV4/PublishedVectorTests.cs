using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Portlight.Wire.SigV4;

namespace Portlight.Wire.Tests.SigV4;

/// <summary>
/// The published test vectors (the suite of the AWS common runtime, aws-c-auth), each signed and verified, by header and by
/// query. They are not part of this repository.
/// </summary>
public sealed class PublishedVectorTests
{
    private static readonly string Folder = RecordedMaterial.Folder("sigv4-vectors");

    public static TheoryData<string> Names => Directory.Exists(Folder)
        ? [.. Directory.GetDirectories(Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)]
        : ["the published vectors"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Signs_by_header(string name)
    {
        var vector = Load(name);

        Assert.Equal(vector.Read("header-canonical-request.txt"), vector.Canonical(vector.ToSignByHeader, presigned: false));
        Assert.Equal(
            RequestText.Parse(vector.Read("header-signed-request.txt")).Header("Authorization"),
            SigV4Signer.Authorization(
                vector.ToSignByHeader.ToSign(), vector.SignedByHeader, vector.Credentials, vector.Rules, "us-east-1", vector.Time));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Verifies_by_header(string name)
    {
        var vector = Load(name);

        Verifies(vector, RequestText.Parse(vector.Read("header-signed-request.txt")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Signs_by_query(string name)
    {
        var vector = Load(name);
        var signed = RequestText.Parse(vector.Read("query-signed-request.txt"));
        string[] names = [.. vector.Original.AllNames()];

        var query = SigV4Signer.PresignedQuery(
            vector.Original.ToSign(), names, vector.Credentials, vector.Rules, "us-east-1", vector.Time, vector.Expires);

        Assert.Equal(Parameters(signed.Query), Parameters(query));
        Assert.Equal(vector.Read("query-canonical-request.txt"), vector.Canonical(signed, presigned: true));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Verifies_by_query(string name)
    {
        var vector = Load(name);

        Verifies(vector, RequestText.Parse(vector.Read("query-signed-request.txt")));
    }

    private static void Verifies(Vector vector, RequestText request)
    {
        var verifier = new SigV4Verifier(vector.Rules, new FakeTimeProvider(vector.Time));

        Assert.True(verifier.TryParse(request.ToSign(), out var parsed, out var problem), problem?.Message);
        Assert.Equal("AKIDEXAMPLE", parsed.AccessKeyId);
        Assert.Equal(vector.Credentials.SessionToken, parsed.SessionToken);
        Assert.True(verifier.Verify(parsed, request.ToSign(), vector.Credentials.SecretAccessKey, out problem), problem?.Message);
        Assert.False(verifier.Verify(parsed, request.ToSign(), "another secret", out _));
        Assert.False(verifier.Verify(parsed, request.WithMethod("PUT").ToSign(), vector.Credentials.SecretAccessKey, out _));
    }

    private static IEnumerable<string> Parameters(string query) => query.Split('&').Order(StringComparer.Ordinal);

    private static Vector Load(string name)
    {
        Assert.SkipUnless(Directory.Exists(Folder), $"the published vectors are not here: {Folder}");
        return new Vector(Path.Combine(Folder, name));
    }

    private sealed class Vector
    {
        private readonly string _folder;

        internal Vector(string folder)
        {
            _folder = folder;
            using var context = JsonDocument.Parse(Read("context.json"));
            var root = context.RootElement;
            var credentials = root.GetProperty("credentials");
            Credentials = new(
                credentials.GetProperty("access_key_id").GetString()!,
                credentials.GetProperty("secret_access_key").GetString()!,
                credentials.TryGetProperty("token", out var token) ? token.GetString() : null);
            TokenIsUnsigned = root.TryGetProperty("omit_session_token", out var omit) && omit.GetBoolean();
            SignsBody = root.GetProperty("sign_body").GetBoolean();
            Expires = TimeSpan.FromSeconds(root.GetProperty("expiration_in_seconds").GetInt32());
            Time = DateTimeOffset.Parse(root.GetProperty("timestamp").GetString()!, CultureInfo.InvariantCulture);
            Rules = new()
            {
                Service = root.GetProperty("service").GetString()!,
                NormalizePath = root.GetProperty("normalize").GetBoolean(),
                SessionTokenIsUnsigned = TokenIsUnsigned,
            };
            Original = RequestText.Parse(Read("request.txt"));
        }

        internal AwsCredentials Credentials { get; }

        internal SigV4Rules Rules { get; }

        internal DateTimeOffset Time { get; }

        internal TimeSpan Expires { get; }

        internal RequestText Original { get; }

        internal RequestText ToSignByHeader
        {
            get
            {
                var request = Original.With("X-Amz-Date", SigV4Time.Format(Time));
                if (SignsBody)
                {
                    request = request.With("x-amz-content-sha256", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(request.Body)));
                }

                return Credentials.SessionToken is { } token ? request.With("X-Amz-Security-Token", token) : request;
            }
        }

        internal string[] SignedByHeader =>
            [.. ToSignByHeader.AllNames().Where(name => !TokenIsUnsigned || name != "x-amz-security-token")];

        private bool TokenIsUnsigned { get; }

        private bool SignsBody { get; }

        internal string Read(string file) => File.ReadAllText(Path.Combine(_folder, file));

        internal string Canonical(RequestText request, bool presigned)
        {
            var output = new ByteBuffer(stackalloc byte[64]);
            var names = presigned ? Original.AllNames() : SignedByHeader;
            CanonicalRequest.Write(
                ref output, request.ToSign(), names, Rules, presigned, System.Security.Cryptography.SHA256.HashData(request.Body));
            var text = Encoding.UTF8.GetString(output.Written);
            output.Dispose();
            return text;
        }
    }
}
