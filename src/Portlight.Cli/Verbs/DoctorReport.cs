namespace Portlight.Cli.Verbs;

/// <summary>What the doctor found: <c>ok</c>, <c>warning</c> or <c>problem</c> for each thing it looked at.</summary>
internal sealed record DoctorReport(IReadOnlyList<DoctorFinding> Findings)
{
    public bool IsHealthy => Findings.All(finding => finding.Verdict != DoctorFinding.Problem);
}

/// <param name="Subject">What was looked at.</param>
/// <param name="Verdict"><c>ok</c>; <c>warning</c>: works, but not everything; <c>problem</c>: repair it.</param>
/// <param name="Text">What is there, or what is missing and how to repair it.</param>
internal sealed record DoctorFinding(string Subject, string Verdict, string Text)
{
    public const string Ok = "ok";
    public const string Warning = "warning";
    public const string Problem = "problem";
}
