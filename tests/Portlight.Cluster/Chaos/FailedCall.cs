namespace Portlight.Cluster.Chaos;

/// <summary>A call that was refused, or not answered.</summary>
/// <param name="At">Where it was sent to.</param>
/// <param name="Answer">Null where no answer came.</param>
/// <param name="Start">When it was sent.</param>
/// <param name="End">When it was refused or given up.</param>
internal sealed record FailedCall(SignedCaller At, SignedCaller.Answered? Answer, long Start, long End);
