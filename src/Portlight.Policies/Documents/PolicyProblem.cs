namespace Portlight.Policies;

/// <summary>Why a document is refused.</summary>
/// <param name="Path">Where, as <c>Statement[1].Condition.IpAddress.aws:SourceIp[0]</c>; empty for the document as a whole.</param>
/// <param name="Reason">What is wrong there and what is allowed, in lower case, the caller's text in backticks.</param>
public sealed record PolicyProblem(string Path, string Reason)
{
    public override string ToString() => Path.Length == 0 ? Reason : $"{Path}: {Reason}";
}
