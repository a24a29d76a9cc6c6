namespace Portlight.Policies;

/// <summary>A user, role or session that a trust policy names.</summary>
/// <param name="Arn">As the policy names it.</param>
/// <param name="Start">Place of the string's first quotation mark in the document's UTF-8 text.</param>
/// <param name="End">Place after its last one.</param>
public sealed record TrustedPrincipal(string Arn, int Start, int End);
