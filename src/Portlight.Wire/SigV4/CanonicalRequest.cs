using Portlight.Linux;

namespace Portlight.Wire.SigV4;

/// <summary>
/// The canonical form of a request, which is what is really signed: method, path, query, signed headers, their names, and the
/// hash of the body. Source: "Create a signed AWS API request", AWS IAM User Guide.
/// </summary>
internal static class CanonicalRequest
{
    /// <summary>The SHA-256 of the canonical request.</summary>
    internal static void Hash<THeaders>(
        in SigV4Request<THeaders> request,
        IReadOnlyList<string> signedHeaders,
        SigV4Rules rules,
        bool presigned,
        ReadOnlySpan<byte> bodyHash,
        Span<byte> hash)
        where THeaders : struct, IHeaderSource
    {
        var output = new ByteBuffer(stackalloc byte[1024]);
        try
        {
            Write(ref output, request, signedHeaders, rules, presigned, bodyHash);
            Sha256.Hash(output.Written, hash);
        }
        finally
        {
            output.Dispose();
        }
    }

    internal static void Write<THeaders>(
        ref ByteBuffer output,
        in SigV4Request<THeaders> request,
        IReadOnlyList<string> signedHeaders,
        SigV4Rules rules,
        bool presigned,
        ReadOnlySpan<byte> bodyHash)
        where THeaders : struct, IHeaderSource
    {
        output.Append(request.Method);
        output.Append((byte)'\n');
        AppendPath(ref output, request.Path, rules.NormalizePath);
        output.Append((byte)'\n');
        QueryParameters.AppendCanonical(ref output, request.Query, presigned, presigned && rules.SessionTokenIsUnsigned);
        output.Append((byte)'\n');
        for (var index = 0; index < signedHeaders.Count; index++)
        {
            output.Append(signedHeaders[index]);
            output.Append((byte)':');
            AppendValues(ref output, request.Headers.Get(signedHeaders[index]));
            output.Append((byte)'\n');
        }

        output.Append((byte)'\n');
        AppendNames(ref output, signedHeaders);
        output.Append((byte)'\n');
        output.AppendHex(bodyHash);
    }

    internal static void AppendNames(ref ByteBuffer output, IReadOnlyList<string> signedHeaders)
    {
        for (var index = 0; index < signedHeaders.Count; index++)
        {
            if (index > 0)
            {
                output.Append((byte)';');
            }

            output.Append(signedHeaders[index]);
        }
    }

    // Every service but S3 encodes the path as it stands on the wire once more, so a %20 there is signed as %2520.
    private static void AppendPath(ref ByteBuffer output, string path, bool normalize)
    {
        if (path.Length <= 1)
        {
            output.Append((byte)'/');
        }
        else
        {
            PercentEncoding.Append(ref output, normalize ? Normalized(path) : path, keepSlashes: true);
        }
    }

    private static string Normalized(string path)
    {
        var kept = new List<string>();
        foreach (var segment in path.Split('/'))
        {
            if (segment == "..")
            {
                kept.RemoveRange(Math.Max(0, kept.Count - 1), Math.Min(1, kept.Count));
            }
            else if (segment is not ("" or "."))
            {
                kept.Add(segment);
            }
        }

        var slashAtEnd = kept.Count > 0 && path[^1] == '/';
        return $"/{string.Join('/', kept)}{(slashAtEnd ? "/" : "")}";
    }

    private static void AppendValues(ref ByteBuffer output, HeaderValues values)
    {
        for (var index = 0; index < values.Count; index++)
        {
            if (index > 0)
            {
                output.Append((byte)',');
            }

            AppendTrimmed(ref output, values[index]);
        }
    }

    // White space at the ends goes, a run of it within becomes one space.
    private static void AppendTrimmed(ref ByteBuffer output, ReadOnlySpan<char> value)
    {
        const string WhiteSpace = " \t\r\n";
        value = value.Trim(WhiteSpace);
        while (true)
        {
            var gap = value.IndexOfAny(WhiteSpace);
            if (gap < 0)
            {
                output.Append(value);
                return;
            }

            output.Append(value[..gap]);
            output.Append((byte)' ');
            value = value[gap..].TrimStart(WhiteSpace);
        }
    }
}
