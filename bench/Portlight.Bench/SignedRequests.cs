using System.Text;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Bench;

/// <summary>Requests as bytes, signed beforehand: a load generator that signed while it measures would measure itself.</summary>
internal static class SignedRequests
{
    /// <summary>A Put of three ports, one of two that take turns, so that each one changes the kernel.</summary>
    public static byte[] Put(Uri endpoint, AwsCredentials credentials, int instance, bool odd) => Build(
        endpoint,
        credentials,
        "PutInstancePublicPorts",
        $$"""{"instanceName":"i{{instance}}","portInfos":[{"fromPort":22,"toPort":22,"protocol":"tcp"},{"fromPort":{{(odd ? 8080 : 80)}},"toPort":{{(odd ? 8080 : 80)}},"protocol":"tcp"},{"fromPort":443,"toPort":443,"protocol":"tcp"}]}""");

    public static byte[] GetPortStates(Uri endpoint, AwsCredentials credentials, int instance) =>
        Build(endpoint, credentials, "GetInstancePortStates", $$"""{"instanceName":"i{{instance}}"}""");

    /// <summary>A page of the status of everything, from the beginning or from a token on.</summary>
    public static HttpRequestMessage GetStatus(Uri endpoint, AwsCredentials credentials, string? pageToken) =>
        Sign(endpoint, credentials, "Portlight_20261122.GetStatus", Encoding.UTF8.GetBytes(pageToken is null ? "{}" : $$"""{"pageToken":"{{pageToken}}"}"""));

    private static byte[] Build(Uri endpoint, AwsCredentials credentials, string operation, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        using var message = Sign(endpoint, credentials, "Lightsail_20161128." + operation, bytes);
        var text = new StringBuilder("POST / HTTP/1.1\r\n");
        foreach (var header in message.Headers.NonValidated.Concat(message.Content!.Headers.NonValidated))
        {
            text.Append(header.Key).Append(": ").Append(header.Value.ToString()).Append("\r\n");
        }

        text.Append($"Content-Length: {bytes.Length}\r\n\r\n").Append(body);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static HttpRequestMessage Sign(Uri endpoint, AwsCredentials credentials, string target, byte[] body)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new("application/x-amz-json-1.1");
        message.Headers.TryAddWithoutValidation("X-Amz-Target", target);
        RequestSigning.Sign(message, body, credentials, "us-east-1", TimeProvider.System.GetUtcNow());
        return message;
    }
}
