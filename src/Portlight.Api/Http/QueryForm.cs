using System.Text;
using Microsoft.AspNetCore.Http;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Api;

/// <summary>
/// Where the parameters of a Query call stand: of a GET in the query of the URL, of a POST in the form that is the body, or in the query where that names the
/// action, as boto3 presigns a POST; then a form joins it. The signature covers both places.
/// </summary>
internal static class QueryForm
{
    /// <summary>The header by which JSON services name the operation. A request that has it speaks JSON.</summary>
    public const string TargetHeader = "X-Amz-Target";

    private const string FormType = "application/x-www-form-urlencoded", Action = "Action";

    /// <summary>Whether a request speaks the Query protocol, from its head alone.</summary>
    public static bool IsSpokenBy(HttpRequest request) =>
        !request.Headers.ContainsKey(TargetHeader)
        && ((HttpMethods.IsPost(request.Method) && IsForm(request)) || request.Query.ContainsKey(Action));

    /// <exception cref="SerializationException">They are not well-formed, or one is named twice, be it once in each place.</exception>
    public static QueryRequest Read(HttpRequest request, ReadOnlySpan<byte> body)
    {
        var form = HttpMethods.IsPost(request.Method) && IsForm(request) ? body : [];
        if (request.Query.ContainsKey(Action))
        {
            form = (byte[])[.. Encoding.ASCII.GetBytes(request.QueryString.Value!.TrimStart('?')), (byte)'&', .. form];
        }

        return QueryRequest.TryParse(form, out var read, out var problem) ? read : throw new SerializationException(problem);
    }

    private static bool IsForm(HttpRequest request) => request.ContentType?.StartsWith(FormType, StringComparison.OrdinalIgnoreCase) == true;
}
