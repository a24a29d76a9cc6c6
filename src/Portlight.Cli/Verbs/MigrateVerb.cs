using System.CommandLine;
using System.Globalization;
using Portlight.Api;
using Portlight.Linux;
using Portlight.Storage;
using Portlight.Storage.Postgres;
using Portlight.Storage.Sqlite;

namespace Portlight.Cli.Verbs;

/// <summary>
/// <c>portlight migrate --to 'Host=…'</c> moves the installation of a data directory into a database that servers share, <c>--to DIR</c> moves it back into a file. No
/// server runs at either end; the ports stay as they are meanwhile.
/// </summary>
internal static class MigrateVerb
{
    private static readonly string[] Files = [DataFiles.Keys, InstallationFile.Name, DataFiles.Credentials];

    public static Command Create()
    {
        var data = DataOption.Create();
        var to = new Option<string?>("--to") { HelpName = "CONNECTION|DIR", Description = "A connection string of PostgreSQL; or, to move back, a data directory" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Do all of it and undo it: neither end is changed" };
        var undo = new Option<bool>("--undo") { Description = "Go back to the file as it was when it moved; what was written since is lost" };
        var gone = new Option<bool>("--database-is-gone") { Description = "With --undo: the database that it moved to will never be used again" };
        var command = new Command("migrate", "Move an installation between its own file and a database that servers share (no server must run)") { data, to, dryRun, undo, gone };
        command.SetAction(parsed =>
        {
            var directory = DataDirectory.Resolve(parsed.GetValue(data));
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return (parsed.GetValue(to), parsed.GetValue(undo)) switch
            {
                ({ } target, false) when target.Contains('=', StringComparison.Ordinal) => ToDatabase(directory, target, parsed.GetValue(dryRun), output, error),
                ({ } target, false) => ToDirectory(directory, Path.GetFullPath(target), parsed.GetValue(dryRun), output, error),
                (null, true) => Undo(directory, parsed.GetValue(gone), output),
                _ => throw new UsageException("name either --to or --undo"),
            };
        });
        return command;
    }

    private static int ToDatabase(string directory, string target, bool isDryRun, TextWriter output, TextWriter error)
    {
        RequireStopped(directory);
        var file = Path.Combine(directory, DataFiles.Database);
        if (InstallationMove.FindMark(file) is null && File.Exists(file))
        {
            DatabaseSecrets.Check(Path.Combine(directory, DataFiles.Keys), file);
        }

        var report = InstallationMove.ToDatabase(file, target, isDryRun, Told(error), TimeProvider.System);
        Write(report, isDryRun, InstallationMove.PlaceOf(target), output);
        if (!isDryRun)
        {
            error.WriteLine($"start `portlight serve` with PORTLIGHT_DATABASE set to it, on {directory}; every other server needs {DataFiles.Keys} and {InstallationFile.Name} from there. "
                + "Ports are filtered by agents then, and by no server");
        }

        return ExitCode.Done;
    }

    private static int ToDirectory(string directory, string target, bool isDryRun, TextWriter output, TextWriter error)
    {
        var source = StoredState.FindShared() ?? throw new UsageException("--to DIR moves out of a database that servers share, and the setting `database` names none: set PORTLIGHT_DATABASE to its connection string");
        RequireStopped(directory);
        SharedDatabase.CheckSecrets(Path.Combine(directory, DataFiles.Keys), source);
        RequireStopped(target);
        var missing = Files.Where(name => target != directory && !IsSameFile(Path.Combine(directory, name), Path.Combine(target, name))).ToList();
        if (isDryRun)
        {
            var elsewhere = Directory.CreateTempSubdirectory("portlight-migrate-");
            try
            {
                var place = Directory.Exists(target) ? target : elsewhere.FullName;
                Write(InstallationMove.ToFile(source, Path.Combine(place, DataFiles.Database), isDryRun, Told(error), TimeProvider.System), isDryRun, target, output);
                return ExitCode.Done;
            }
            finally
            {
                elsewhere.Delete(recursive: true);
            }
        }

        DirectoryFlush.Create(target);
        missing.ForEach(name => Copy(Path.Combine(directory, name), Path.Combine(target, name)));
        Write(InstallationMove.ToFile(source, Path.Combine(target, DataFiles.Database), isDryRun, Told(error), TimeProvider.System), isDryRun, target, output);
        error.WriteLine($"start `portlight serve` on {target} without PORTLIGHT_DATABASE");
        return ExitCode.Done;
    }

    private static int Undo(string directory, bool isGone, TextWriter output)
    {
        RequireStopped(directory);
        var shared = StoredState.FindShared();
        if (shared is null && !isGone)
        {
            throw new UsageException("set PORTLIGHT_DATABASE to the connection string of the database that it moved to, so that what is lost can be told and no server starts there; or say --database-is-gone");
        }

        var lost = InstallationMove.Undo(Path.Combine(directory, DataFiles.Database), isGone ? null : shared, TimeProvider.System);
        output.WriteLine($"{directory} is as it was when it moved; lost since: {(lost.Changes is null ? "nobody can tell" : string.Create(CultureInfo.InvariantCulture, $"{lost.Changes} changes, {lost.Events} events of the audit log"))}");
        return ExitCode.Done;
    }

    private static void RequireStopped(string directory)
    {
        if (RunningServer.HasLocked(directory))
        {
            throw new FailedException($"a server runs on {directory}: stop it (the ports stay as they are), run this again");
        }
    }

    /// <summary>On the disk when this returns: the database that these files belong to is marked as left once it has arrived.</summary>
    private static void Copy(string from, string to)
    {
        using var copied = WholeFile.Replace(to, file => file.Write(File.ReadAllBytes(from)));
    }

    /// <summary>Whether the other directory has the file; a different one there is another installation's.</summary>
    private static bool IsSameFile(string one, string other) =>
        !File.Exists(other) ? !File.Exists(one)
        : File.ReadAllBytes(one).AsSpan().SequenceEqual(File.ReadAllBytes(other)) ? true
        : throw new FailedException($"{other} is another than {one}; name an empty directory");

    /// <summary>A line a second at most.</summary>
    private static Action<string, long> Told(TextWriter error)
    {
        var last = TimeProvider.System.GetTimestamp();
        return (what, count) =>
        {
            if (TimeProvider.System.GetElapsedTime(last) > TimeSpan.FromSeconds(1))
            {
                last = TimeProvider.System.GetTimestamp();
                error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} {(what == "event" ? "events" : "rows")}, at {what}"));
            }
        };
    }

    private static void Write(MoveReport report, bool isDryRun, string place, TextWriter output)
    {
        foreach (var (kind, count) in report.Counts.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind,-16} {count}"));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"audit event",-16} {report.Events}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"revision {report.Revision}; {(isDryRun ? $"{place} would have the same; nothing was changed" : report.IsFinishedBefore ? $"had moved to {place} before" : $"moved to {place}, which has the same")}"));
    }
}
