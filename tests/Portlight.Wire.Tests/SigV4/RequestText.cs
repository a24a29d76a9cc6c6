using System.Globalization;
using System.Text;
using Portlight.Wire.SigV4;

namespace Portlight.Wire.Tests.SigV4;

/// <summary>An HTTP request as text, taken apart for signing; a header line that starts with a space continues the one before.</summary>
internal sealed class RequestText
{
    private RequestText(string method, string path, string query, List<KeyValuePair<string, string>> headers, byte[] body)
    {
        Method = method;
        Path = path;
        Query = query;
        Headers = headers;
        Body = body;
    }

    internal string Method { get; init; }

    internal string Path { get; init; }

    internal string Query { get; init; }

    internal List<KeyValuePair<string, string>> Headers { get; init; }

    internal byte[] Body { get; init; }

    internal SigV4Request<ListedHeaders> ToSign() => new(Method, Path, Query, new ListedHeaders(Headers), Body);

    internal RequestText With(string name, string value) => new(Method, Path, Query, [.. Headers, new(name, value)], Body);

    internal RequestText Without(string name) => new(
        Method, Path, Query, [.. Headers.Where(header => !header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))], Body);

    internal RequestText WithQuery(string query) => new(Method, Path, query, Headers, Body);

    internal RequestText WithBody(byte[] body) => new(Method, Path, Query, Headers, body);

    internal RequestText WithMethod(string method) => new(method, Path, Query, Headers, Body);

    internal RequestText WithPath(string path) => new(Method, path, Query, Headers, Body);

    internal string Header(string name) => new ListedHeaders(Headers).Get(name)[0];

    /// <summary>The names of all headers, as a signer that signs everything would list them.</summary>
    internal string[] AllNames() =>
        [.. Headers.Select(header => header.Key.ToLower(CultureInfo.InvariantCulture)).Distinct().Order(StringComparer.Ordinal)];

    internal static RequestText Parse(string text)
    {
        var parts = text.ReplaceLineEndings("\n").Split("\n\n", 2);
        var lines = parts[0].TrimEnd('\n').Split('\n');
        var method = lines[0][..lines[0].IndexOf(' ', StringComparison.Ordinal)];
        // A target may hold raw spaces here: it is all that stands between the first and the last one.
        var target = lines[0][(method.Length + 1)..lines[0].LastIndexOf(' ')];
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var line in lines.Skip(1))
        {
            if (line.StartsWith(' '))
            {
                headers[^1] = new(headers[^1].Key, headers[^1].Value + "\n" + line);
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(new(line[..colon], line[(colon + 1)..]));
        }

        return new(
            method,
            question < 0 ? target : target[..question],
            question < 0 ? "" : target[(question + 1)..],
            headers,
            Encoding.UTF8.GetBytes(parts.Length > 1 ? parts[1].TrimEnd('\n') : ""));
    }
}

/// <summary>Headers as a list of lines.</summary>
internal readonly struct ListedHeaders(IReadOnlyList<KeyValuePair<string, string>> headers) : IHeaderSource
{
    private readonly IReadOnlyList<KeyValuePair<string, string>> _headers = headers;

    public IEnumerable<string> Names => _headers.Select(header => header.Key);

    public HeaderValues Get(string name)
    {
        var values = _headers
            .Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(header => header.Value)
            .ToList();
        return values.Count == 0 ? default : new HeaderValues(values);
    }
}
