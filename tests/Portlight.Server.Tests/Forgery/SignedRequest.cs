using System.Globalization;
using System.Text;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests.Forgery;

/// <summary>A request as it goes over the wire, in parts that a forger can change one by one.</summary>
internal sealed record SignedRequest(string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    /// <summary>Signed by header, as an SDK does it.</summary>
    public static SignedRequest ByHeader(Signer signer, string service, string query, byte[] body, params (string Name, string Value)[] headers)
    {
        (string Name, string Value)[] all = [("Host", signer.Host), ("X-Amz-Date", SigV4Time.Format(signer.At)), .. headers];
        var method = body.Length == 0 && query.Length > 0 ? "GET" : "POST";
        var signed = new Listed(all);
        var authorization = SigV4Signer.Authorization(new SigV4Request<Listed>(method, "/", query, signed, body), signed.Lower(), signer.Credentials, new SigV4Rules { Service = service }, "us-east-1", signer.At);
        return new SignedRequest(method, query.Length == 0 ? "/" : "/?" + query, [.. all, ("Authorization", authorization), ("User-Agent", "fuzz/1"), ("Accept", "*/*")], body);
    }

    /// <summary>Signed by query.</summary>
    public static SignedRequest Presigned(Signer signer, string service, string query, byte[] body, params (string Name, string Value)[] headers)
    {
        (string Name, string Value)[] all = [("Host", signer.Host), .. headers];
        var method = body.Length == 0 ? "GET" : "POST";
        var signed = new Listed(all);
        var whole = SigV4Signer.PresignedQuery(
            new SigV4Request<Listed>(method, "/", query, signed, body), signed.Lower(), signer.Credentials, new SigV4Rules { Service = service }, "us-east-1", signer.At, TimeSpan.FromMinutes(15));
        return new SignedRequest(method, "/?" + whole, [.. all, ("User-Agent", "fuzz/1")], body);
    }

    /// <summary>The bytes; null for what could not be told apart from two requests, which is the HTTP server's business and not this test's.</summary>
    public byte[]? Bytes()
    {
        var head = new StringBuilder($"{Method} {Target} HTTP/1.1\r\n");
        foreach (var (name, value) in Headers)
        {
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        var isFramed = Headers.Any(header => header.Name.StartsWith("Content-Length", StringComparison.OrdinalIgnoreCase) || header.Name.StartsWith("Transfer-", StringComparison.OrdinalIgnoreCase)
            || header.Name.StartsWith("Expect", StringComparison.OrdinalIgnoreCase) || header.Name.StartsWith("Connection", StringComparison.OrdinalIgnoreCase) || header.Name.StartsWith("Upgrade", StringComparison.OrdinalIgnoreCase));
        var text = head.ToString();
        if (isFramed || text.Split("\r\n").Length != Headers.Count + 2 || text.Replace("\r\n", "", StringComparison.Ordinal).AsSpan().IndexOfAny('\r', '\n') >= 0 || Method.AsSpan().ContainsAny(' ', '\t') || Method is "HEAD" or "CONNECT" or "")
        {
            return null;
        }

        return [.. Encoding.Latin1.GetBytes(text), .. Encoding.ASCII.GetBytes($"Content-Length: {Body.Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n"), .. Body];
    }

    /// <summary>Whose requests they are.</summary>
    internal sealed record Signer(string Host, AwsCredentials Credentials, DateTimeOffset At);

    private readonly struct Listed((string Name, string Value)[] headers) : IHeaderSource
    {
        private readonly (string Name, string Value)[] _headers = headers;

        public IEnumerable<string> Names => _headers.Select(header => header.Name);

        public HeaderValues Get(string name) => _headers.FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value is { } value ? new HeaderValues(value) : default;

        public string[] Lower() => [.. _headers.Select(header => header.Name.ToLowerInvariant()).Order(StringComparer.Ordinal)];
    }
}
