using System.CommandLine;
using Portlight.Agent;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight teardown</c>: takes out of the kernel everything that Portlight put there, and only that. Works without a server, for the day the server does not.</summary>
internal static class TeardownVerb
{
    public static Command Create()
    {
        var data = DataOption.Create();
        var command = new Command("teardown", "Remove everything Portlight put into this machine's kernel; what is stored stays") { data };
        command.SetAction(parsed =>
        {
            var directory = DataDirectory.Resolve(parsed.GetValue(data));
            if (RunningServer.HasLocked(directory))
            {
                throw new FailedException($"a server runs on {directory} and would put everything back at once; stop it first");
            }

            var removed = Teardown.Run();
            parsed.InvocationConfiguration.Output.WriteLine(
                (removed.HadTable, removed.LabInstances) switch
                {
                    (false, 0) => "there was nothing of Portlight's in the kernel",
                    (true, 0) => "removed the table inet portlight",
                    (var hadTable, var labs) => $"removed {(hadTable ? "the table inet portlight and " : "")}{labs} lab instance{(labs == 1 ? "" : "s")}",
                });
            return ExitCode.Done;
        });
        return command;
    }
}
