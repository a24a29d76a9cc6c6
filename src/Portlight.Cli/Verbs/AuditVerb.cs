using System.Buffers;
using System.CommandLine;
using System.Globalization;
using Portlight.Storage;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight audit verify|show</c>: whether the audit log is what was recorded, and what is in it.</summary>
internal static class AuditVerb
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    public static Command Create() => new("audit", "Verify and show the audit log") { VerifyVerb(), AuditShow.Create() };

    private static Command VerifyVerb()
    {
        var data = DataOption.Create();
        var head = new Option<string?>("--head") { HelpName = "SEQUENCE:HASH", Description = "An event that the log must hold, as an earlier verification has printed it" };
        var after = new Option<string?>("--after") { HelpName = "SEQUENCE:HASH", Description = "With --file: the event before the first of the files, as the file before or an earlier verification has it" };
        var files = new Option<string[]>("--file") { HelpName = "FILE", Description = "Exported files, in order of their names, instead of the database", AllowMultipleArgumentsPerToken = true };
        var command = new Command("verify", "Verify the hash chain of the audit log; works while a server runs") { data, head, after, files };
        command.SetAction(async (parsed, cancellation) =>
        {
            var expected = parsed.GetValue(head) is { } text ? ReadAnchor("--head", text) : null;
            var before = parsed.GetValue(after) is { } first ? ReadAnchor("--after", first) : null;
            var given = parsed.GetValue(files) ?? [];
            if (before is not null && given.Length == 0)
            {
                throw new UsageException("--after goes with --file: the database knows where it begins");
            }

            var report = given.Length > 0
                ? await ExportedFiles.VerifyAsync(given, before, expected, cancellation)
                : VerifyStore(DataDirectory.Resolve(parsed.GetValue(data)), expected);
            await WriteAsync(report, parsed.InvocationConfiguration.Output);
            return report switch
            {
                { Break: { } place } => throw new FailedException($"the audit log is broken at event {place.Sequence}: {place.Problem}"),
                { IsExpectedHeadForgotten: true } => throw new FailedException("the head that was asked for is from before the first event that is left; it could not be compared"),
                _ => ExitCode.Done,
            };
        });
        return command;
    }

    private static AuditAnchor ReadAnchor(string option, string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            && long.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            && text.Length - colon - 1 == AuditChain.Genesis.Length
            && text.AsSpan(colon + 1).IndexOfAnyExcept(HexDigits) < 0
            ? new AuditAnchor(sequence, text[(colon + 1)..])
            : throw new UsageException($"{option}: `{text}` must be an event's number, a colon and its hash of {AuditChain.Genesis.Length} characters");
    }

    private static AuditReport VerifyStore(string directory, AuditAnchor? expected)
    {
        var log = StoredState.Of(directory).OpenAudit();
        using var closing = log as IDisposable;
        return AuditVerification.Verify(log, expected);
    }

    private static async Task WriteAsync(AuditReport report, TextWriter output)
    {
        await output.WriteLineAsync(report.Events == 0 ? "no events" : $"{report.Events} events, {Time(report.FirstAt)} to {Time(report.LastAt)}");
        if (report.Head is { } head)
        {
            await output.WriteLineAsync($"head {head.Sequence}:{head.Hash}");
        }

        if (report.Unverified is { } first)
        {
            await output.WriteLineAsync($"the text of event {first} is not verified, because nothing here tells of event {first - 1}: give that one with --after SEQUENCE:HASH");
        }
    }

    private static string Time(DateTimeOffset? time) => time is { } at ? at.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z" : "unknown";
}
