namespace Portlight.Wire.SigV4;

/// <summary>
/// The parts of an HTTP request that a signature covers, as they arrived: the path and query undecoded, the query without its
/// question mark, the body whole.
/// </summary>
public readonly ref struct SigV4Request<THeaders>(
    string method,
    string path,
    string query,
    THeaders headers,
    ReadOnlySpan<byte> body)
    where THeaders : struct, IHeaderSource
{
    public string Method { get; } = method;

    public string Path { get; } = path;

    public string Query { get; } = query;

    public THeaders Headers { get; } = headers;

    public ReadOnlySpan<byte> Body { get; } = body;
}
