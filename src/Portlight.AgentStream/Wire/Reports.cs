using Portlight.AgentProtocol;

namespace Portlight.AgentStream.Wire;

/// <summary>What became of an instance as a message, and back; and what an agent says of itself.</summary>
internal static class Reports
{
    internal static Report Write(AgentReport report)
    {
        var message = new Report { Index = report.Index, Revision = report.Revision };
        switch (report)
        {
            case AgentReport.Applied applied:
                message.Applied = new Report.Types.Applied { Note = applied.Note ?? "", Problem = applied.Problem ?? "" };
                break;
            case AgentReport.Unfiltered unfiltered:
                message.Unfiltered = unfiltered.Reason;
                break;
            case AgentReport.Rejected rejected:
                message.Rejected = new Report.Types.Rejected { Reason = rejected.Reason, Standing = rejected.Standing is { } standing ? States.Write(standing) : null };
                break;
        }

        return message;
    }

    /// <exception cref="StreamFaultException">It is none.</exception>
    internal static AgentReport Read(Report report) => report.OutcomeCase switch
    {
        Report.OutcomeOneofCase.Applied => new AgentReport.Applied(report.Index, report.Revision) { Note = Text(report.Applied.Note), Problem = Text(report.Applied.Problem) },
        Report.OutcomeOneofCase.Unfiltered => new AgentReport.Unfiltered(report.Index, report.Revision, AgentText.Read(report.Unfiltered)),
        Report.OutcomeOneofCase.Rejected => new AgentReport.Rejected(
            report.Index, report.Revision, AgentText.Read(report.Rejected.Reason), report.Rejected.Standing is { } standing ? States.Read(standing) : null),
        _ => throw new StreamFaultException($"the agent does not say what became of instance {report.Index}"),
    };

    /// <summary>What a machine does by itself is not done where its kernel has refused it.</summary>
    /// <exception cref="AgentException">It has refused one of them.</exception>
    internal static void RequireAccepted(IEnumerable<Report> reports)
    {
        if (reports.FirstOrDefault(report => report.Rejected is not null) is { } refused)
        {
            throw new AgentException(refused.Rejected.Reason);
        }
    }

    internal static Status Write(AgentStatus status) => new()
    {
        Enforces = status.Enforces,
        Connections = status.Connections,
        DriftRepairs = status.DriftRepairs,
        LastSynchronised = WriteTime(status.LastSynchronised),
        LastProblem = status.LastProblem ?? "",
        Reason = status.Reason ?? "",
        Protection = status.Protection ?? "",
        KernelRelease = status.KernelRelease ?? "",
        RefusesLab = !status.MakesLab,
        BridgeProblem = status.BridgeProblem ?? "",
        LastDrift = WriteTime(status.LastDrift),
    };

    internal static AgentStatus Read(Status? status) => status is null
        ? throw new StreamFaultException("the agent says nothing of itself")
        : new(status.Enforces, AgentText.Read(status.Connections), status.DriftRepairs, ReadTime(status.LastSynchronised), Text(status.LastProblem))
        {
            Reason = Text(status.Reason),
            Protection = Text(status.Protection),
            KernelRelease = Text(status.KernelRelease),
            MakesLab = !status.RefusesLab,
            BridgeProblem = Text(status.BridgeProblem),
            LastDrift = ReadTime(status.LastDrift),
        };

    private static long WriteTime(DateTimeOffset? at) => at is { } time ? time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks : 0;

    private static DateTimeOffset? ReadTime(long ticks) =>
        ticks is > 0 and < 0x2000_0000_0000_0000 ? DateTimeOffset.UnixEpoch.AddTicks(ticks) : ticks == 0 ? null : throw new StreamFaultException("a time cannot be read");

    private static string? Text(string text) => text.Length > 0 ? AgentText.Read(text) : null;
}
