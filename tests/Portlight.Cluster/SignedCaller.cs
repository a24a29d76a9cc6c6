using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Cluster;

/// <summary>A client that trusts one authority, signs its calls, and sends each once.</summary>
internal sealed class SignedCaller : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly Uri _endpoint;
    private readonly AwsCredentials _credentials;

    public SignedCaller(Uri endpoint, string authority, AwsCredentials credentials)
    {
        (_endpoint, _credentials) = (endpoint, credentials);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(authority) } };
        _http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
            ConnectTimeout = TimeSpan.FromSeconds(3),
        })
        { Timeout = Patience };
    }

    /// <summary>What an operation answers; null when no answer came.</summary>
    /// <param name="operation">Of Lightsail, if no service is named.</param>
    /// <param name="body">The request.</param>
    /// <param name="ifMatch">An entity tag.</param>
    public async Task<Answered?> CallAsync(string operation, string body, string? ifMatch = null)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        using var message = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = new ByteArrayContent(bytes) };
        message.Content.Headers.ContentType = new("application/x-amz-json-1.1");
        message.Headers.TryAddWithoutValidation("X-Amz-Target", operation.Contains('.', StringComparison.Ordinal) ? operation : "Lightsail_20161128." + operation);
        if (ifMatch is not null)
        {
            message.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        RequestSigning.Sign(message, bytes, _credentials, "us-east-1", TimeProvider.System.GetUtcNow(), "lightsail");
        try
        {
            using var response = await _http.SendAsync(message);
            return new Answered((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.ETag?.Tag);
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>Makes instances, whose names are this one with a number from 0 on.</summary>
    public async Task CreateAsync(string name, int count)
    {
        var names = string.Join(',', Enumerable.Range(0, count).Select(number => $"\"{name}-{number}\""));
        var body = $$"""{"instanceNames":[{{names}}],"availabilityZone":"us-east-1a","blueprintId":"ubuntu_22_04","bundleId":"nano_3_0"}""";
        Assert.Equal(200, (await CallAsync("CreateInstances", body))?.Status);
    }

    /// <summary>Lets one port be open alone, and tells whether that was acknowledged.</summary>
    public async Task<bool> PutAsync(string instance, int port) =>
        (await CallAsync("PutInstancePublicPorts", $$"""{"instanceName":"{{instance}}","portInfos":[{"fromPort":{{port}},"toPort":{{port}},"protocol":"tcp"}]}"""))?.Status == 200;

    /// <summary>The port that is open alone.</summary>
    public async Task<int> PortAsync(string instance)
    {
        var answered = await CallAsync("GetInstancePortStates", $$"""{"instanceName":"{{instance}}"}""");
        Assert.True(answered?.Status == 200, answered?.Body);
        using var json = JsonDocument.Parse(answered!.Body);
        return Assert.Single(json.RootElement.GetProperty("portStates").EnumerateArray()).GetProperty("fromPort").GetInt32();
    }

    /// <summary>Whether <c>/healthz</c> says 200.</summary>
    public async Task<bool> IsHealthyAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(_endpoint, "/healthz"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException or TaskCanceledException)
        {
            return false;
        }
    }

    public void Dispose() => _http.Dispose();

    internal sealed record Answered(int Status, string Body, string? EntityTag);
}
