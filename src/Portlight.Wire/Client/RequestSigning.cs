using Portlight.Wire.SigV4;

namespace Portlight.Wire.Client;

/// <summary>Signs an outgoing request by header, as the AWS SDKs do: content type, host, date, token and target; and what compares entity tags or asks for a confirmation.</summary>
public static class RequestSigning
{
    private static readonly string[] Signed = ["content-type", "host", "if-match", "x-amz-date", "x-amz-security-token", "x-amz-target", "x-portlight-confirm"];

    /// <summary>
    /// Adds the date, token and Authorization headers for a body that is <paramref name="body"/>; whatever else is to be
    /// signed (content type, target) must be in place.
    /// </summary>
    public static void Sign(
        HttpRequestMessage request,
        ReadOnlySpan<byte> body,
        AwsCredentials credentials,
        string region,
        DateTimeOffset time,
        string service = "lightsail")
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(credentials);
        var uri = request.RequestUri ?? throw new ArgumentException("the request has no address", nameof(request));
        request.Headers.Host = uri.Authority;
        request.Headers.TryAddWithoutValidation("x-amz-date", SigV4Time.Format(time));
        if (credentials.SessionToken is { } token)
        {
            request.Headers.TryAddWithoutValidation("x-amz-security-token", token);
        }

        var headers = new OutgoingHeaders(request);
        var toSign = new SigV4Request<OutgoingHeaders>(
            request.Method.Method, uri.AbsolutePath, uri.Query.TrimStart('?'), headers, body);
        string[] names = [.. Signed.Where(name => headers.Get(name).Count > 0)];
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            SigV4Signer.Authorization(toSign, names, credentials, new SigV4Rules { Service = service }, region, time));
    }

    private readonly struct OutgoingHeaders(HttpRequestMessage request) : IHeaderSource
    {
        public HeaderValues Get(string name) => name switch
        {
            "host" => new(request.Headers.Host),
            "content-type" => new(request.Content?.Headers.ContentType?.ToString()),
            _ => request.Headers.TryGetValues(name, out var values) ? new([.. values]) : default,
        };

        public IEnumerable<string> Names => request.Headers.Select(header => header.Key);
    }
}
