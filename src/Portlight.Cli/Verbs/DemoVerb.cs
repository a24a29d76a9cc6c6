using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using Portlight.Cli.Demo;

namespace Portlight.Cli.Verbs;

/// <summary>
/// <c>portlight demo</c>: the whole story with real packets. It runs this program again in network, mount and process namespaces of its own (a user namespace
/// too, for those who are not root), so that whatever happens to it, the kernel takes everything away with its last process.
/// </summary>
internal static class DemoVerb
{
    private const string InsideOption = "--inside";
    private const int FileNotFound = 2; // ENOENT

    public static Command Create()
    {
        var inside = new Option<string?>(InsideOption) { HelpName = "DIR", Description = "Run the demonstration in the current namespaces, which somebody else made", Hidden = true };
        var command = new Command("demo", "Demonstrate Portlight with real packets, in temporary namespaces") { inside };
        command.SetAction((parsed, cancellation) => parsed.GetValue(inside) is { } directory
            ? TellAsync(directory, parsed.InvocationConfiguration.Output, cancellation)
            : RunApartAsync(cancellation));
        return command;
    }

    private static async Task<int> RunApartAsync(CancellationToken cancellation)
    {
        var directory = Directory.CreateTempSubdirectory("portlight-demo-");
        try
        {
            var start = new ProcessStartInfo("unshare") { UseShellExecute = false };
            if (!Environment.IsPrivilegedProcess)
            {
                start.ArgumentList.Add("--map-root-user");
            }

            foreach (var word in (string[])["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", Environment.ProcessPath!, "demo", InsideOption, directory.FullName])
            {
                start.ArgumentList.Add(word);
            }

            // Settings of the caller's shell are not the demo's.
            foreach (var name in start.Environment.Keys.Where(name => name.StartsWith(Settings.SettingsReader.EnvironmentPrefix, StringComparison.Ordinal)).ToList())
            {
                start.Environment.Remove(name);
            }

            using var child = Process.Start(start) ?? throw new FailedException("`unshare` did not start");
            await child.WaitForExitAsync(cancellation);
            return child.ExitCode == ExitCode.Done
                ? ExitCode.Done
                : throw new FailedException("the demo did not come to its end; it takes root or user namespaces, and nf_tables: `portlight doctor` tells more");
        }
        catch (Win32Exception exception)
        {
            throw new FailedException($"the demo needs the program `unshare` (util-linux), {(exception.NativeErrorCode == FileNotFound ? "which is not on the search path" : $"which cannot be run: {new Win32Exception(exception.NativeErrorCode).Message}")}");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<int> TellAsync(string directory, TextWriter output, CancellationToken cancellation)
    {
        PrivateMachine.Furnish();
        return await new DemoStory(Screen.On(output), table => Screen.Write(output, table), directory).TellAsync(cancellation) ? ExitCode.Done : ExitCode.Failed;
    }
}
