namespace Portlight.Wire.SigV4;

/// <summary>
/// Where a request's headers are looked up. Implemented by a small struct around whatever holds them (Kestrel's dictionary, an
/// outgoing <see cref="HttpRequestMessage"/>, a test's list), so that looking up costs no allocation and no virtual call.
/// </summary>
public interface IHeaderSource
{
    /// <summary>The values of a header in order of arrival; names compare without case.</summary>
    HeaderValues Get(string name);

    /// <summary>The names of all headers, as they were written.</summary>
    IEnumerable<string> Names { get; }
}
