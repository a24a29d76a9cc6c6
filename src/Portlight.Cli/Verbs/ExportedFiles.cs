using Portlight.Storage;

namespace Portlight.Cli.Verbs;

/// <summary>Exported audit files as one log: each goes on where the one before ends.</summary>
internal static class ExportedFiles
{
    /// <param name="files">In the order of their events, which is that of their names.</param>
    /// <param name="after">The event before the first; null when nobody knows it.</param>
    /// <param name="expected">An event that one of them must hold.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="FailedException">A file holds no event: a log that was emptied must not pass for one that is whole.</exception>
    public static async Task<AuditReport> VerifyAsync(IReadOnlyList<string> files, AuditAnchor? after, AuditAnchor? expected, CancellationToken cancellation)
    {
        var whole = new AuditReport(0, null, null, null, null, null, IsExpectedHeadForgotten: false);
        foreach (var file in files)
        {
            var report = await VerifyAsync(file, whole.Head ?? after, expected: null, cancellation);
            if (report.Break is null && expected is not null && report.Head?.Sequence >= expected.Sequence && (whole.Head?.Sequence ?? 0) < expected.Sequence)
            {
                report = await VerifyAsync(file, whole.Head ?? after, expected, cancellation);
            }

            if (report is { Events: 0, Break: null })
            {
                throw new FailedException($"{file} holds no events: there is nothing to verify");
            }

            whole = new AuditReport(
                whole.Events + report.Events,
                whole.FirstAt ?? report.FirstAt,
                report.LastAt ?? whole.LastAt,
                whole.Start,
                report.Head ?? whole.Head,
                report.Break is { } place ? place with { Problem = $"{place.Problem} ({file})" } : null,
                whole.IsExpectedHeadForgotten || report.IsExpectedHeadForgotten)
            { Unverified = whole.Unverified ?? report.Unverified };
            if (whole.Break is not null)
            {
                return whole;
            }
        }

        return expected is not null && (whole.Head?.Sequence ?? 0) < expected.Sequence
            ? whole with { Break = new AuditBreak((whole.Head?.Sequence ?? 0) + 1, $"the files end before event {expected.Sequence}: the end is missing") }
            : whole;
    }

    private static async Task<AuditReport> VerifyAsync(string file, AuditAnchor? before, AuditAnchor? expected, CancellationToken cancellation)
    {
        await using var lines = File.OpenRead(file);
        return await AuditVerification.VerifyAsync(lines, before, expected, cancellation);
    }
}
