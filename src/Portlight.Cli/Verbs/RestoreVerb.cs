using System.CommandLine;
using Portlight.Agent;
using Portlight.Cli.Backup;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Storage.Postgres;

namespace Portlight.Cli.Verbs;

/// <summary>
/// <c>portlight restore FILE</c>: makes a data directory of a backup. <c>portlight restore-rules</c>: puts the rules of the last run into the kernel, early at boot; needs no
/// server, no store and no network. Units that were installed before 0.2 call it <c>restore</c> without a file, and go on working.
/// </summary>
internal static class RestoreVerb
{
    public static Command Create()
    {
        var file = new Argument<string?>("file") { Description = "What `portlight backup` has written", Arity = ArgumentArity.ZeroOrOne };
        var data = DataOption.Create();
        var replace = new Option<bool>("--replace") { Description = "Into a database that servers share: what is stored there is lost" };
        var command = new Command("restore", "Restore a backup into a data directory, or into a database that servers share; without FILE the same as restore-rules") { file, data, replace };
        command.SetAction(parsed =>
        {
            var directory = DataDirectory.Resolve(parsed.GetValue(data));
            if (parsed.GetValue(file) is not { } backup)
            {
                return RestoreRules(directory, parsed.InvocationConfiguration);
            }

            if (StoredState.FindShared() is { } shared)
            {
                BackupFile.RestoreShared(Path.GetFullPath(backup), directory, shared, parsed.GetValue(replace));
                parsed.InvocationConfiguration.Output.WriteLine($"restored {InstallationMove.PlaceOf(shared)}");
                parsed.InvocationConfiguration.Error.WriteLine("servers that run on it begin anew by themselves; each needs the key file that is in the backup");
                return ExitCode.Done;
            }

            if (parsed.GetValue(replace))
            {
                throw new UsageException("--replace is for a database that servers share, and the setting `database` names none");
            }

            BackupFile.Restore(Path.GetFullPath(backup), directory);
            parsed.InvocationConfiguration.Output.WriteLine($"restored {directory}");
            parsed.InvocationConfiguration.Error.WriteLine("the kernel was not touched: `portlight serve` makes the ports what they were at the backup");
            return ExitCode.Done;
        });
        return command;
    }

    public static Command CreateRules()
    {
        var data = DataOption.Create();
        var command = new Command("restore-rules", "Load the rules of the last run into the kernel; for boot, before the network is up") { data };
        command.SetAction(parsed => RestoreRules(DataDirectory.Resolve(parsed.GetValue(data)), parsed.InvocationConfiguration));
        return command;
    }

    private static int RestoreRules(string directory, InvocationConfiguration console)
    {
        var path = Path.Combine(directory, Restoration.FileName);
        var restored = Restoration.Run(path, InstallationOf(directory, console), directory);
        if (restored.Damage is { } damage)
        {
            throw new FailedException($"{path} {damage}; closed until the server starts: {Counted(restored.Attachments)}");
        }

        console.Output.WriteLine(restored.HadFile ? $"restored {Counted(restored.Attachments)} from {path}" : $"nothing was ever attached: there is no {path}");
        return ExitCode.Done;
    }

    /// <summary>Null where the data directory cannot tell: the rules say it themselves, and a damaged file is no reason to leave the ports open.</summary>
    private static InstallationId? InstallationOf(string directory, InvocationConfiguration console)
    {
        try
        {
            return InstallationFile.Read(directory);
        }
        catch (StoreException damage)
        {
            console.Error.WriteLine($"{damage.Message}; the rules are those of the installation that they name");
            return null;
        }
    }

    private static string Counted(int attachments) => $"{attachments} attachment{(attachments == 1 ? "" : "s")}";
}
