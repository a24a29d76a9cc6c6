using System.Net.Http.Headers;
using System.Xml;
using System.Xml.Linq;
using Portlight.Wire.SigV4;

namespace Portlight.Wire.Client;

/// <summary>
/// A small client of IAM and STS, which speak AWS's Query protocol: one signed form per call, answered in XML, no retries. An error answer is an <see cref="AwsErrorException"/>; a server that
/// cannot be reached an <see cref="HttpRequestException"/>.
/// </summary>
/// <param name="http">Sends the calls.</param>
/// <param name="endpoint">Where the service answers.</param>
/// <param name="service">The name that is signed: <c>iam</c> or <c>sts</c>.</param>
/// <param name="region">The region that is signed.</param>
/// <param name="credentials">The caller's key.</param>
/// <param name="clock">The time that is signed.</param>
public sealed class QueryClient(HttpClient http, Uri endpoint, string service, string region, AwsCredentials credentials, TimeProvider clock)
{
    /// <summary>The version of the STS API, which each of its calls names.</summary>
    public const string StsVersion = "2011-06-15";

    /// <summary>That of the IAM API.</summary>
    public const string IamVersion = "2010-05-08";

    /// <inheritdoc cref="AwsClient.ForwardedFor"/>
    public string? ForwardedFor { get; init; }

    /// <summary>Calls an action; returns its result, the element <c>ACTIONResult</c>, without namespaces; an empty one where there is none.</summary>
    public async Task<XElement> SendAsync(string action, string version, IEnumerable<KeyValuePair<string, string>> parameters, CancellationToken cancellation = default)
    {
        using var form = new FormUrlEncodedContent([new("Action", action), new("Version", version), .. parameters]);
        var body = await form.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        using var message = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded") { CharSet = "utf-8" };
        if (ForwardedFor is not null)
        {
            message.Headers.TryAddWithoutValidation("X-Forwarded-For", ForwardedFor);
        }

        RequestSigning.Sign(message, body, credentials, region, clock.GetUtcNow(), service);
        using var response = await http.SendAsync(message, cancellation).ConfigureAwait(false);
        var answer = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
        var root = Root(answer);
        if (!response.IsSuccessStatusCode)
        {
            var error = root?.Element("Error");
            throw new AwsErrorException(
                error?.Element("Code")?.Value ?? "UnknownError",
                null,
                error?.Element("Message")?.Value ?? $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}",
                response.StatusCode,
                root?.Element("RequestId")?.Value);
        }

        // Actions that have nothing to say answer without a result.
        return root?.Element(action + "Result")
            ?? (root?.Name == action + "Response" ? new XElement(action + "Result") : null)
            ?? throw new AwsErrorException("UnreadableAnswer", null, $"the answer has no {action}Result", response.StatusCode, null);
    }

    private static XElement? Root(string answer)
    {
        try
        {
            var root = XElement.Parse(answer);
            foreach (var element in root.DescendantsAndSelf())
            {
                element.Name = element.Name.LocalName;
            }

            return root;
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
