using System.CommandLine;
using Portlight.Agent;
using Portlight.Storage;

namespace Portlight.Cli.Verbs;

/// <summary>
/// <c>portlight teardown</c>: takes out of the kernel everything that Portlight put there for an installation, and only that. Works without a server, for
/// the day the server does not; while one enforces it is refused.
/// </summary>
internal static class TeardownVerb
{
    public static Command Create()
    {
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask" };
        var takeOver = new Option<bool>("--take-over") { Description = "Remove what is of other installations too; needs no data directory" };
        var data = DataOption.Create();
        var command = new Command("teardown", "Remove everything Portlight put into this machine's kernel; what is stored stays") { yes, takeOver, data };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(yes), parsed.GetValue(takeOver), DataDirectory.Resolve(parsed.GetValue(data)), parsed.InvocationConfiguration));
        return command;
    }

    private static async Task<int> RunAsync(bool isSure, bool takesOver, string directory, InvocationConfiguration console)
    {
        using var teardown = Teardown.Open(InstallationFile.Read(directory), takesOver, directory);
        if (teardown.Found is { HasTable: false, LabInstances: 0 })
        {
            Restoration.Forget(directory);
            await console.Output.WriteLineAsync("there was nothing of Portlight's in the kernel");
            return ExitCode.Done;
        }

        await console.Error.WriteLineAsync($"{InWords(teardown.Found)}: every port that is kept closed there opens");
        if (!isSure && !await Confirmation.AskAsync(console, "Remove?"))
        {
            throw new FailedException("nothing was removed");
        }

        var removed = teardown.Run();
        Restoration.Forget(directory);
        await console.Output.WriteLineAsync($"removed {InWords(removed)}");
        return ExitCode.Done;
    }

    private static string InWords(KernelContents contents)
    {
        var labs = $"{contents.LabInstances} lab instance{(contents.LabInstances == 1 ? "" : "s")}";
        return (contents.HasTable, contents.LabInstances) switch
        {
            (true, 0) => "the table inet portlight",
            (false, _) => labs,
            _ => $"the table inet portlight and {labs}",
        };
    }
}
