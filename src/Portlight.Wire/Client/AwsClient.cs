using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Serialization.Metadata;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;

namespace Portlight.Wire.Client;

/// <summary>
/// A small client of this API, for the <c>portlight</c> command and the tests: one signed POST per call, no retries. An error
/// answer is an <see cref="AwsErrorException"/>; a server that cannot be reached an <see cref="HttpRequestException"/>.
/// </summary>
public sealed class AwsClient(HttpClient http, Uri endpoint, string region, AwsCredentials credentials, TimeProvider clock, string service = "lightsail")
{
    /// <summary>Whole seconds in which a change of ports by this client must be confirmed, or it is undone (<see cref="ConfirmHeaders.Within"/>); null for no such bound.</summary>
    public TimeSpan? ConfirmWithin { get; init; }

    /// <summary>An entity tag: the change is made only if what it is about has this one still, else the answer is <c>PreconditionFailedException</c>. Null for no such condition.</summary>
    public string? IfMatch { get; init; }

    /// <summary>The address for which this client speaks, as a proxy says it (<c>X-Forwarded-For</c>); a server believes it of its trusted proxies alone. Null where it speaks for itself.</summary>
    public string? ForwardedFor { get; init; }

    /// <summary>Calls the operation that <paramref name="target"/> names, such as <c>Lightsail_20161128.GetInstance</c>.</summary>
    public async Task<TResponse> SendAsync<TRequest, TResponse>(
        string target,
        TRequest request,
        JsonTypeInfo<TRequest> requestShape,
        JsonTypeInfo<TResponse> responseShape,
        CancellationToken cancellation = default)
        where TResponse : class => (await SendTaggedAsync(target, request, requestShape, responseShape, cancellation).ConfigureAwait(false)).Answer;

    /// <summary>The same, and the entity tag of what the answer is about (<see cref="IfMatch"/>); null where it has none.</summary>
    public async Task<(TResponse Answer, string? EntityTag)> SendTaggedAsync<TRequest, TResponse>(
        string target,
        TRequest request,
        JsonTypeInfo<TRequest> requestShape,
        JsonTypeInfo<TResponse> responseShape,
        CancellationToken cancellation = default)
        where TResponse : class
    {
        var body = AwsJson.ToBytes(request, requestShape);
        using var message = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue(AwsJson.ContentType);
        message.Headers.TryAddWithoutValidation("X-Amz-Target", target);
        if (ConfirmWithin is { } within)
        {
            message.Headers.TryAddWithoutValidation(ConfirmHeaders.Within, ((long)within.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        }

        if (IfMatch is not null)
        {
            message.Headers.TryAddWithoutValidation("If-Match", IfMatch);
        }

        if (ForwardedFor is not null)
        {
            message.Headers.TryAddWithoutValidation("X-Forwarded-For", ForwardedFor);
        }

        RequestSigning.Sign(message, body, credentials, region, clock.GetUtcNow(), service);

        using var response = await http.SendAsync(message, cancellation).ConfigureAwait(false);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw Error(response, answer);
        }

        return AwsJson.TryRead(answer, responseShape, out var value, out var problem)
            ? (value, First(response, "ETag"))
            : throw new AwsErrorException("UnreadableAnswer", null, problem.Message, response.StatusCode, First(response, AwsErrorBody.RequestIdHeader));
    }

    private static AwsErrorException Error(HttpResponseMessage response, byte[] answer)
    {
        var error = AwsErrorBody.Read(answer, First(response, AwsErrorBody.ErrorTypeHeader));
        return new(
            error.Type,
            error.Code,
            error.Message ?? $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}",
            response.StatusCode,
            First(response, AwsErrorBody.RequestIdHeader));
    }

    private static string? First(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out var values) ? values.FirstOrDefault() : null;
}
