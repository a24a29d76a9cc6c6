using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>A host is to be forgotten.</summary>
/// <param name="Host">The host.</param>
/// <param name="At">When.</param>
/// <param name="ErrorCode">The error of operations that it has not confirmed.</param>
/// <param name="Reason">Why they fail, in words that their callers may read.</param>
public sealed record HostRemoval(Host Host, DateTimeOffset At, string ErrorCode, string Reason);
