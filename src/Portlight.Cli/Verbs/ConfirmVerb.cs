using System.CommandLine;
using Portlight.Cli.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary>
/// <c>portlight confirm</c>: says that a change of ports may stay. To be run in a session that was opened after the change: the call itself goes over loopback,
/// which no port set closes, so the session is the proof. One that can be seen to be older is refused.
/// </summary>
internal static class ConfirmVerb
{
    public static Command Create()
    {
        var name = InstanceNames.Argument("The instance whose change waits");
        var revert = new Option<bool>("--revert") { Description = "Undo the change now instead" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Confirm even from an SSH session that was there before the change" };
        var where = new InstallationOptions();
        var command = new Command("confirm", "Keep a change of ports that is undone otherwise; run it in a session that was opened after the change") { name, revert, yes };
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = await where.OpenAsync(parsed, cancellation);
            return await RunAsync(installation, parsed.GetRequiredValue(name), parsed.GetValue(revert), parsed.GetValue(yes), parsed.InvocationConfiguration, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(Installation installation, string name, bool isRevert, bool isSure, InvocationConfiguration console, CancellationToken cancellation)
    {
        // Only the account that owns the installation has this machine as an instance, and may ask how old the change is.
        if (!isRevert && !isSure && installation.OtherAccount is null)
        {
            await RefuseOldSessionAsync(installation, name, cancellation);
        }

        var done = await installation.CallAsync(
            "ConfirmPorts",
            new ConfirmPortsRequest { InstanceName = name, Revert = isRevert ? true : null },
            PortlightJson.Default.ConfirmPortsRequest,
            PortlightJson.Default.ConfirmPortsResponse,
            cancellation);
        await OperationOutcome.WriteAsync(console, done.Operation, Words(name, done));
        return OperationOutcome.ExitCode(done.Operation);
    }

    private static async Task RefuseOldSessionAsync(Installation installation, string name, CancellationToken cancellation)
    {
        if (await StatusVerb.FindAsync(installation, name, cancellation) is { UnconfirmedSince: { } changed, ConfirmBy: { } deadline } && SessionAge.StartOf("/proc", Environment.ProcessId) < changed)
        {
            throw new FailedException(
                $"this SSH session was there before the change, so it does not prove that a new one gets in: open another and run this there (until {deadline:HH:mm:ss}Z), or say --yes");
        }
    }

    private static string Words(string name, ConfirmPortsResponse done) => done switch
    {
        { IsDetached: true } => $"undone: {name} is detached again",
        { IsReverted: true } => $"undone: open on {name} is again {Open(done)}",
        _ => $"confirmed: open on {name} stays {Open(done)}",
    };

    private static string Open(ConfirmPortsResponse done) => PortText.Of(done.PortStates);
}
