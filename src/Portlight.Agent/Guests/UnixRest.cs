using System.Net.Sockets;
using System.Text.Json;

namespace Portlight.Agent.Guests;

/// <summary>Answers in JSON of a service on a Unix socket: bounded in size, depth and time.</summary>
internal static class UnixRest
{
    internal const int MaxLength = 16 << 20;
    private const int MaxDepth = 32;

    /// <summary>The answer to a GET.</summary>
    /// <param name="socket">The path of the socket.</param>
    /// <param name="target">As <c>/1.0/instances</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IOException">There is no answer, or none of that kind.</exception>
    internal static async Task<JsonDocument> GetAsync(string socket, string target, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectCallback = async (_, given) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), given);
                    return new NetworkStream(connection, ownsSocket: true);
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }
            },
        };
        using var client = new HttpClient(handler) { MaxResponseContentBufferSize = MaxLength, Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            using var response = await client.GetAsync(new Uri("http://localhost" + target), cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw new IOException($"it answers {(int)response.StatusCode}");
            }

            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonDocument.ParseAsync(body, new JsonDocumentOptions { MaxDepth = MaxDepth }, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or JsonException)
        {
            throw new IOException((exception.InnerException ?? exception).Message, exception);
        }
    }
}

/// <summary>Members of JSON that may be anything.</summary>
internal static class JsonMembers
{
    internal static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    internal static string? Text(this JsonElement element, string name) => element.Member(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    internal static IEnumerable<JsonElement> Items(this JsonElement? element) => element is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    internal static IEnumerable<JsonProperty> Properties(this JsonElement? element) => element is { ValueKind: JsonValueKind.Object } members ? members.EnumerateObject() : [];
}
