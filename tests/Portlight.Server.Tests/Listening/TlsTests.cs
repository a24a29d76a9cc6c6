using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portlight.Api;
using Portlight.Server.Tests.Audit;
using Portlight.Wire.Client;
using Portlight.Wire.Lightsail;

namespace Portlight.Server.Tests.Listening;

public sealed class TlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portlight-tls-");

    private string CertificatePath => Path.Combine(_folder.FullName, "certificate.pem");

    private string KeyPath => Path.Combine(_folder.FullName, "key.pem");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(SslProtocols.Tls12, "TLSv1.2")]
    [InlineData(SslProtocols.Tls13, "TLSv1.3")]
    public async Task A_call_over_https_is_answered_and_its_event_says_how_it_was_encrypted(SslProtocols version, string named)
    {
        using var certificate = Certificate();
        await using var server = await StartAsync(certificate);
        using var http = Trusting(certificate, version);
        var client = new AwsClient(http, server.Endpoint, "us-east-1", server.Credentials, server.Clock);

        var regions = await client.SendAsync(
            "Lightsail_20161128.GetRegions", new GetRegionsRequest(), LightsailJson.Default.GetRegionsRequest, LightsailJson.Default.GetRegionsResponse, TestContext.Current.CancellationToken);

        Assert.NotEmpty(regions.Regions!);
        var tls = (await server.LastEventAsync()).GetProperty("tlsDetails");
        Assert.Equal(named, tls.GetProperty("tlsVersion").GetString());
        Assert.StartsWith("TLS_", tls.GetProperty("cipherSuite").GetString(), StringComparison.Ordinal);
        Assert.Equal(server.Endpoint.Authority, tls.GetProperty("clientProvidedHostHeader").GetString());
    }

    [Fact]
    public async Task The_same_call_without_tls_has_no_details_of_it_and_an_https_port_answers_none()
    {
        using var certificate = Certificate();
        await using var server = await StartAsync(certificate, new Uri("http://127.0.0.1:0"));
        using var plain = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{server.Endpoint.Authority}/healthz"));
        await Assert.ThrowsAsync<HttpRequestException>(() => server.Http.SendAsync(plain, TestContext.Current.CancellationToken));

        var client = new AwsClient(server.Http, server.Server.Addresses[1], "us-east-1", server.Credentials, server.Clock);
        await client.SendAsync(
            "Lightsail_20161128.GetRegions", new GetRegionsRequest(), LightsailJson.Default.GetRegionsRequest, LightsailJson.Default.GetRegionsResponse, TestContext.Current.CancellationToken);
        Assert.False((await server.LastEventAsync()).TryGetProperty("tlsDetails", out _));
    }

    [Fact]
    public async Task A_caller_that_does_not_trust_the_certificate_gets_nothing()
    {
        using var certificate = Certificate();
        await using var server = await StartAsync(certificate);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => server.Http.GetStringAsync(new Uri(server.Endpoint, "/healthz"), TestContext.Current.CancellationToken));
        Assert.IsType<AuthenticationException>(refused.InnerException);
    }

    [Fact]
    public async Task Of_a_caller_that_offers_HTTP_2_too_HTTP_1_1_is_taken()
    {
        using var certificate = Certificate();
        await using var server = await StartAsync(certificate);
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, server.Endpoint.Port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(connection.GetStream());

        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString(HashAlgorithmName.SHA256) == certificate.GetCertHashString(HashAlgorithmName.SHA256),
            },
            TestContext.Current.CancellationToken);

        Assert.NotEqual(SslApplicationProtocol.Http2, tls.NegotiatedApplicationProtocol);
    }

    [Fact]
    public async Task A_connection_that_never_ends_its_handshake_keeps_nobody_else_out()
    {
        using var certificate = Certificate();
        await using var server = await StartAsync(certificate);
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, server.Endpoint.Port, TestContext.Current.CancellationToken);
        await silent.GetStream().WriteAsync(new byte[] { 0x16, 0x03, 0x01 }, TestContext.Current.CancellationToken);
        using var http = Trusting(certificate, SslProtocols.None);
        Assert.Equal("ok\n", await http.GetStringAsync(new Uri(server.Endpoint, "/healthz"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown_to_the_next_connection_and_one_that_is_half_written_to_none()
    {
        using var first = Certificate();
        using var second = Certificate();
        await using var server = await StartAsync(first);
        Assert.Equal([first.Thumbprint], await ShownAsync(server));

        await File.WriteAllTextAsync(CertificatePath, second.ExportCertificatePem(), TestContext.Current.CancellationToken);
        server.Clock.Advance(ServingCertificate.LookEvery);
        Assert.Equal([first.Thumbprint], await ShownAsync(server)); // its key is not there yet
        File.Delete(KeyPath);
        server.Clock.Advance(ServingCertificate.LookEvery);
        Assert.Equal([first.Thumbprint], await ShownAsync(server));

        await WriteKeyAsync(second);
        server.Clock.Advance(ServingCertificate.LookEvery);
        Assert.Equal([second.Thumbprint], await ShownAsync(server));
    }

    [Fact]
    public async Task The_certificates_behind_the_first_are_sent_with_it()
    {
        using var root = Issue("root", isAuthority: true, by: null);
        using var authority = Issue("authority", isAuthority: true, root);
        using var leaf = Issue("localhost", isAuthority: false, authority);
        await using var server = await StartAsync(leaf);
        await File.AppendAllTextAsync(CertificatePath, "\n" + authority.ExportCertificatePem(), TestContext.Current.CancellationToken);
        server.Clock.Advance(ServingCertificate.LookEvery);

        Assert.Equal([leaf.Thumbprint, authority.Thumbprint], await ShownAsync(server));
    }

    /// <summary>What a new connection is sent: the certificate and those behind it.</summary>
    private static async Task<IReadOnlyList<string>> ShownAsync(ServerHarness server)
    {
        var shown = new List<string>();
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, server.Endpoint.Port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(connection.GetStream());
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            {
                shown.AddRange([((X509Certificate2)certificate!).Thumbprint, .. chain!.ChainPolicy.ExtraStore.Select(one => one.Thumbprint).Where(one => one != ((X509Certificate2)certificate).Thumbprint)]);
                return true;
            },
        };
        await tls.AuthenticateAsClientAsync(options, TestContext.Current.CancellationToken);
        return shown;
    }

    private static X509Certificate2 Issue(string name, bool isAuthority, X509Certificate2? by)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, hasPathLengthConstraint: false, 0, critical: true));
        var (from, to) = (DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        if (by is null)
        {
            return request.CreateSelfSigned(from, to);
        }

        using var issued = request.Create(by, from, to, [1, 2, 3]);
        return issued.CopyWithPrivateKey(key);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }

    private static HttpClient Trusting(X509Certificate2 certificate, SslProtocols version) => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = version,
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString(HashAlgorithmName.SHA256) == certificate.GetCertHashString(HashAlgorithmName.SHA256),
        },
    });

    private async Task<ServerHarness> StartAsync(X509Certificate2 certificate, params Uri[] more)
    {
        await File.WriteAllTextAsync(CertificatePath, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await WriteKeyAsync(certificate);
        return await ServerHarness.StartAsync(options => options with { Listen = [new Uri("https://127.0.0.1:0"), .. more], TlsCertificate = CertificatePath, TlsKey = KeyPath });
    }

    private Task WriteKeyAsync(X509Certificate2 certificate) => File.WriteAllTextAsync(KeyPath, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
}
