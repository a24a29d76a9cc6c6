using System.CommandLine;
using Portlight.Agent;
using Portlight.Storage;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight restore</c>: puts the rules of the last run into the kernel, early at boot. Needs no server, no store and no network.</summary>
internal static class RestoreVerb
{
    public static Command Create()
    {
        var data = DataOption.Create();
        var command = new Command("restore", "Put the rules of the last run back into the kernel; for boot, before the network is up") { data };
        command.SetAction(parsed =>
        {
            var directory = DataDirectory.Resolve(parsed.GetValue(data));
            var path = Path.Combine(directory, Restoration.FileName);
            var restored = Restoration.Run(path, InstallationFile.Read(directory), directory);
            if (restored.Damage is { } damage)
            {
                throw new FailedException($"{path} {damage}; closed until the server starts: {Counted(restored.Attachments)}");
            }

            parsed.InvocationConfiguration.Output.WriteLine(
                restored.HadFile ? $"restored {Counted(restored.Attachments)} from {path}" : $"nothing was ever attached: there is no {path}");
            return ExitCode.Done;
        });
        return command;
    }

    private static string Counted(int attachments) => $"{attachments} attachment{(attachments == 1 ? "" : "s")}";
}
