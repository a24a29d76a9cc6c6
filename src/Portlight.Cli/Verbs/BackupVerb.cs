using System.CommandLine;
using Portlight.Cli.Backup;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight backup FILE</c>: the whole installation in one file, while the server runs.</summary>
internal static class BackupVerb
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The file to write; it must not be there yet" };
        var data = DataOption.Create();
        var command = new Command("backup", "Write the whole installation into one file, while the server runs") { file, data };
        command.SetAction(parsed =>
        {
            var target = Path.GetFullPath(parsed.GetRequiredValue(file));
            BackupFile.Write(DataDirectory.Resolve(parsed.GetValue(data)), target);
            parsed.InvocationConfiguration.Output.WriteLine(target);
            parsed.InvocationConfiguration.Error.WriteLine("it holds every secret of the installation: keep it like a private key. `portlight restore` makes a data directory of it");
            return ExitCode.Done;
        });
        return command;
    }
}
