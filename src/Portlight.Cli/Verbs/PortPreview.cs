using System.CommandLine;
using Portlight.Cli.Ports;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary>
/// What a change of ports does to this machine's own listeners and sessions, from the dry run that an attach uses. Where something of them closes, it is shown
/// and asked about; of other instances nothing can be seen, and nothing is asked.
/// </summary>
internal static class PortPreview
{
    /// <exception cref="FailedException">The operator says no, or an SSH session would be lost and nothing takes the change back.</exception>
    public static async Task AskAsync(Installation installation, string name, PortSet after, TimeSpan? confirmWithin, bool isSure, InvocationConfiguration console, CancellationToken cancellation)
    {
        // Only the account that owns the installation has attached anything.
        if (installation.OtherAccount is not null || await StatusVerb.FindAsync(installation, name, cancellation) is not { Attachment: { Kind: "host" } host })
        {
            return;
        }

        var request = new AttachInstanceRequest
        {
            InstanceName = name,
            ThisHost = true,
            HostName = host.Host,
            Addresses = host.Addresses.Count > 0 ? host.Addresses : null,
            PrivateCidrs = host.PrivateCidrs.Count > 0 ? host.PrivateCidrs : null,
            PortInfos = PortText.Infos(after),
            DryRun = true,
        };
        var plan = await AttachVerb.CallAsync(installation, request, confirmWithin: null, cancellation);
        if (plan.NotFiltered is null && AttachPlan.Losses(plan).ToList() is { Count: > 0 } losses)
        {
            foreach (var line in losses)
            {
                await console.Error.WriteLineAsync(line);
            }

            if (!isSure)
            {
                SshLoss.Refuse(request, plan, confirmWithin, "leave open");
                await Confirmation.RequireAsync(console, "Close?", "nothing was changed");
            }
        }

        if (confirmWithin is { } within)
        {
            await ConfirmTime.TellAsync(console, name, within);
        }
    }
}
