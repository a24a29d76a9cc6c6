using Portlight.Wire;

namespace Portlight.Testing;

/// <summary>An error that an API reference lists and that Portlight itself has no occasion for.</summary>
internal sealed class InjectedException(string code, int status, string message) : LightsailException(code, status, message);
