using Microsoft.AspNetCore.Http;
using Portlight.Wire.SigV4;

namespace Portlight.Api;

/// <summary>Kestrel's headers, as the signature verifier looks them up.</summary>
internal readonly struct RequestHeaders(IHeaderDictionary headers) : IHeaderSource
{
    public HeaderValues Get(string name) => new((IReadOnlyList<string?>)headers[name]);

    public IEnumerable<string> Names => headers.Select(header => header.Key);
}
