using System.CommandLine;
using Portlight.Api;
using Portlight.Cli.Service;
using Portlight.Cli.Settings;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight install-service</c>: systemd units that close the ports before the network comes up, and keep the server running.</summary>
internal static class InstallServiceVerb
{
    private static readonly string[] Files = [ServiceUnits.RestoreName, ServiceUnits.ServerName, ServiceUnits.DropInName];

    public static Command Create()
    {
        var data = DataOption.Create();
        var settings = new Option<string?>("--settings") { HelpName = "FILE", Description = "Settings in TOML or JSON that the server is started with" };
        var root = new Option<string?>("--root") { HelpName = "DIR", Description = "Write into the image of another machine, whose root is this folder" };
        var now = new Option<bool>("--now") { Description = "Start the server at once, not only at the next boot" };
        var noEnable = new Option<bool>("--no-enable") { Description = "Write the units and leave it to you to enable them" };
        var noLab = new Option<bool>("--no-lab") { Description = "No lab instances, and so a tighter unit: CAP_NET_ADMIN alone" };
        var print = new Option<bool>("--print") { Description = "Show the units; write nothing" };
        var remove = new Option<bool>("--remove") { Description = "Stop the server or the agent and remove the units; rules and data stay" };
        var package = new Option<string?>("--package") { HelpName = "DIR", Description = "Write the units as a package of this program has them", Hidden = true };
        var agentPackage = new Option<string?>("--agent-package") { HelpName = "DIR", Description = "Write the units as the package of the agent has them", Hidden = true };
        var command = new Command("install-service", "Start at every boot, with the ports closed before the network is up (systemd)") { data, settings, root, now, noEnable, noLab, print, remove, package, agentPackage };
        command.SetAction(parsed =>
        {
            if ((parsed.GetValue(package) ?? parsed.GetValue(agentPackage)) is { } packaged)
            {
                foreach (var (name, text) in parsed.GetValue(package) is null ? AgentUnits.All(ServicePlan.OfAgentPackage) : ServiceUnits.All(ServicePlan.OfPackage))
                {
                    var path = Path.Combine(packaged, name);
                    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                    File.WriteAllText(path, text);
                }

                return ExitCode.Done;
            }

            var folder = parsed.GetValue(root) is { } named ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(named)) : null;
            var output = parsed.InvocationConfiguration.Output;
            var units = new InstalledUnits(folder, output, Files);
            var pages = new InstalledPages(folder, parsed.RootCommandResult.Command, output);
            var (isNow, isPrint, isRemove) = (parsed.GetValue(now), parsed.GetValue(print), parsed.GetValue(remove));
            if (isNow && (folder is not null || parsed.GetValue(noEnable) || isPrint || isRemove))
            {
                throw new UsageException("--now starts the server on this machine; it does not go with --root, --no-enable, --print or --remove");
            }

            if (!isPrint && folder is null && !Environment.IsPrivilegedProcess)
            {
                throw new FailedException("writing units of this machine takes root; --print shows them, --root writes them elsewhere");
            }

            if (isRemove)
            {
                // Those of `agent join --install`, too.
                new InstalledUnits(folder, output, [.. Files, AgentUnits.RestoreName, AgentUnits.AgentName, AgentUnits.DropInName]).Remove();
                pages.Remove();
                output.WriteLine("the rules stay in the kernel until `portlight teardown` or a boot; the data directory stays");
                return ExitCode.Done;
            }

            var plan = Plan(parsed.GetValue(data), parsed.GetValue(settings), folder, !parsed.GetValue(noLab), isPrint);
            var texts = ServiceUnits.All(plan);
            if (isPrint)
            {
                output.Write(string.Join('\n', texts.Select(unit => $"# {InstalledUnits.PathOf(unit.Key)}\n{unit.Value}")));
                return ExitCode.Done;
            }

            if (isNow && !units.IsRunning)
            {
                throw new FailedException("systemd does not run here, so nothing can be started");
            }

            units.Write(texts);
            pages.Write();
            if (!parsed.GetValue(noEnable))
            {
                units.Enable();
            }

            if (isNow)
            {
                units.Start();
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The data directory is the server's: the command line's, else the settings file's. The shell's own settings are not the service's.</summary>
    private static ServicePlan Plan(string? data, string? settings, string? root, bool lab, bool isPrint)
    {
        var file = settings is null ? null : Path.GetFullPath(settings);
        var given = new Dictionary<Setting, IReadOnlyList<string>>();
        if (data is not null)
        {
            given[ServeSettings.All.Single(setting => setting.Option == "--data")] = [data];
        }

        var options = SettingsReader.ReadAll(
            given, file is null ? null : root + file, new Dictionary<string, string>(), root + SettingsFile.Default(isRoot: true, _ => null), DataDirectory.Default(isRoot: true, Environment.GetEnvironmentVariable)).Require();
        return options.Enforce == EnforceMode.Record
            ? throw new UsageException($"{file} says that ports are recorded only; the service filters packets (--enforce kernel)")
            : ServicePlan.ForThisProgram(Path.GetFullPath(options.DataDirectory), file, lab, root is null && !isPrint);
    }
}
