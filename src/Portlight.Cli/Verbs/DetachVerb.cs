using System.CommandLine;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight detach</c>: takes what was attached from behind its firewall; none of its packets are filtered afterwards.</summary>
internal static class DetachVerb
{
    public static Command Create()
    {
        var name = InstanceNames.Argument("The attached instance");
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask" };
        var where = new InstallationOptions();
        var command = new Command("detach", "Stop filtering an attached interface or machine, and forget it") { name, yes };
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = await where.OpenAsync(parsed, cancellation);
            return await RunAsync(installation, parsed.GetRequiredValue(name), parsed.GetValue(yes), parsed.InvocationConfiguration, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(Installation installation, string name, bool isSure, InvocationConfiguration console, CancellationToken cancellation)
    {
        await RefuseWhatIsNotAttachedAsync(installation, name, cancellation);
        await console.Error.WriteLineAsync($"{name}: every packet passes afterwards, whatever its port set says now");
        if (!isSure && !await Confirmation.AskAsync(console, "Detach?"))
        {
            throw new FailedException("nothing was detached");
        }

        var done = await installation.CallAsync(
            "DetachInstance",
            new DetachInstanceRequest { InstanceName = name },
            PortlightJson.Default.DetachInstanceRequest,
            PortlightJson.Default.DetachInstanceResponse,
            cancellation);
        await OperationOutcome.WriteAsync(console, done.Operation, $"detached {name}");
        return OperationOutcome.ExitCode(done.Operation);
    }

    /// <summary>Nothing is said, and nobody is asked, about what cannot be detached. The server has the last word.</summary>
    private static async Task RefuseWhatIsNotAttachedAsync(Installation installation, string name, CancellationToken cancellation)
    {
        if (await StatusVerb.FindAsync(installation, name, cancellation) is { Attachment.Kind: not ("interface" or "host") })
        {
            throw new FailedException($"{name} was created, not attached; `aws lightsail delete-instance` removes it");
        }
    }
}
