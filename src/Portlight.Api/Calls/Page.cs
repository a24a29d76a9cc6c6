namespace Portlight.Api;

/// <summary>One page of a list and the token for what follows; null where nothing does.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Entries, string? Next);
