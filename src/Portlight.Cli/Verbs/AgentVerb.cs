using System.CommandLine;
using Microsoft.Extensions.Logging;
using Portlight.AgentHost;
using Portlight.Cli.Logs;
using Portlight.Cli.Service;
using Portlight.Cli.Usage;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight agent</c>: enforces on this machine what a server elsewhere says. <c>portlight agent join TOKEN</c>: makes this machine one of its hosts.</summary>
internal static class AgentVerb
{
    public static Command Create()
    {
        var (data, lab, counts) = (Data(), Lab(), Counts());
        var command = new Command("agent", "Enforce the rules of a server on another machine; see `agent join`") { data, lab, counts, Join(), Show(), Restore() };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var lines = new LogLines(Console.OpenStandardError(), Console.IsErrorRedirected, TimeProvider.System);
            using var loggers = LoggerFactory.Create(logging => logging.AddProvider(lines).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Critical));
            await AgentCommand.RunAsync(
                AgentCommand.Directory(parsed.GetValue(data)), parsed.GetValue(lab), parsed.GetValue(counts), VersionLine.Release, loggers, parsed.InvocationConfiguration.Output, cancellation);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Join()
    {
        var token = new Argument<string>("token") { Description = "What `portlight host token NAME` has printed on the server; `-`: read it from standard input" };
        var (data, lab, counts) = (Data(), Lab(), Counts());
        var install = new Option<bool>("--install") { Description = "Write the systemd unit of the agent, enable and start it" };
        var command = new Command("join", "Make this machine a host of the installation that issued the token") { token, data, lab, counts, install };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (directory, console) = (AgentCommand.Directory(parsed.GetValue(data)), parsed.InvocationConfiguration);
            if (parsed.GetValue(install) && !Environment.IsPrivilegedProcess)
            {
                throw new FailedException("writing units of this machine takes root");
            }

            var membership = await AgentCommand.JoinAsync(parsed.GetRequiredValue(token), Console.OpenStandardInput(), directory, VersionLine.Release, cancellation);
            await console.Output.WriteLineAsync($"joined as {membership.Host}");
            Write(console.Output, DiskReport.Attached(directory));
            if (parsed.GetValue(install))
            {
                var plan = ServicePlan.ForThisProgram(directory, settings: null, parsed.GetValue(lab), isThisMachine: true);
                var units = new InstalledUnits(root: null, console.Output, AgentUnits.RestoreName, AgentUnits.AgentName, AgentUnits.DropInName);
                units.Write(AgentUnits.All(plan with { Program = [.. plan.Program, "agent"], CountsPackets = parsed.GetValue(counts) }));
                units.Enable();
                if (units.IsRunning)
                {
                    units.Start();
                }
            }
            else
            {
                await console.Error.WriteLineAsync($"next: `portlight agent{(directory == AgentCommand.DefaultDirectory ? "" : $" --data {directory}")}`, or join with --install to have systemd start it at every boot, before the network");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show()
    {
        var data = Data();
        var command = new Command("show", "Show which host this machine is, and what is attached here as its disk has it") { data };
        command.SetAction(parsed =>
        {
            Write(parsed.InvocationConfiguration.Output, DiskReport.Of(AgentCommand.Directory(parsed.GetValue(data))));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Restore()
    {
        var data = Data();
        var command = new Command("restore-rules", "Load the rules of the last run into the kernel; for boot, before the network is up") { data };
        command.SetAction(parsed =>
        {
            parsed.InvocationConfiguration.Output.WriteLine(AgentCommand.RestoreRules(AgentCommand.Directory(parsed.GetValue(data))));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(TextWriter output, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            output.WriteLine(line);
        }
    }

    private static Option<bool> Lab() => new("--lab") { Description = "Allow lab instances here; that takes CAP_SYS_ADMIN" };

    private static Option<bool> Counts() => new("--count-packets") { Description = "Count the packets that each open port lets in" };

    private static Option<string?> Data() => new("--data")
    {
        HelpName = "DIR",
        Description = $"The agent's data directory (default: {AgentCommand.DefaultDirectory})",
    };
}
