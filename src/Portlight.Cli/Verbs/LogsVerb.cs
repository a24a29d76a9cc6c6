using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Portlight.Cli.Service;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight logs</c>: the lines of the server's log, from the journal where the server is a service. A server that was started by hand writes them to its own stderr alone.</summary>
internal static class LogsVerb
{
    private const int FileNotFound = 2; // ENOENT

    public static Command Create()
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with every new line" };
        var count = new Option<int>("--lines", "-n") { HelpName = "COUNT", Description = "How many lines, 50 if not given", DefaultValueFactory = _ => 50 };
        var command = new Command("logs", "Show the log of the server that runs as a service") { follow, count };
        command.SetAction((parsed, cancellation) =>
        {
            if (!File.Exists(InstalledUnits.PathOf(ServiceUnits.ServerName)))
            {
                throw new FailedException("no service is installed (`portlight install-service`), so the log is where the stderr of `portlight serve` goes; `portlight audit show` shows what was called");
            }

            string[] words = ["--unit", ServiceUnits.ServerName, "--output", "cat", "--no-pager", "--lines", Math.Max(0, parsed.GetValue(count)).ToString(CultureInfo.InvariantCulture), .. parsed.GetValue(follow) ? ["--follow"] : (string[])[]];
            return RunAsync(words, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(string[] words, CancellationToken cancellation)
    {
        try
        {
            using var journal = Process.Start(new ProcessStartInfo("journalctl", words)) ?? throw new FailedException("`journalctl` did not start");
            await journal.WaitForExitAsync(cancellation);
            return journal.ExitCode == 0 ? ExitCode.Done : ExitCode.Failed;
        }
        catch (Win32Exception missing)
        {
            throw new FailedException($"`journalctl` cannot be run: {(missing.NativeErrorCode == FileNotFound ? "it is not on the search path" : new Win32Exception(missing.NativeErrorCode).Message)}");
        }
    }
}
