using System.CommandLine;
using Portlight.Cli.History;
using Portlight.Cli.Ports;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;
using Attachment = Portlight.Wire.PortlightApi.Attachment;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight undo</c>: puts the ports of an instance as they were before the last change, or after an earlier one. It is a Put like any other.</summary>
internal static class UndoVerb
{
    public static Command Create()
    {
        var name = InstanceNames.Argument("The instance");
        var to = new Option<string?>("--to") { HelpName = "ID", Description = "As the ports were after this event, of which `portlight history` shows the id (default: as before the last change)" };
        var confirm = ConfirmTime.Option();
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask, even when this machine's own connections are cut" };
        var where = new InstallationOptions();
        var command = new Command("undo", "Restore the ports of an instance as they were before a change") { name, to, confirm, yes };
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (instance, within, console) = (parsed.GetRequiredValue(name), ConfirmTime.Parse(parsed.GetValue(confirm)), parsed.InvocationConfiguration);
            using var installation = await where.OpenAsync(parsed, cancellation);
            var calls = new PortCalls(installation, instance, within, reason: null, cancellation);
            var standing = await calls.ReadAsync();
            var attachment = installation.OtherAccount is null ? (await StatusVerb.FindAsync(installation, instance, cancellation)).Attachment : null;
            var wanted = parsed.GetValue(to) is { } id
                ? await AfterAsync(installation, instance, id, attachment, cancellation)
                : await BeforeLastAsync(installation, instance, standing, attachment, cancellation);
            if (PortDifferences.Between(standing, wanted, PortLimits.Default.Aliases).Count == 0)
            {
                await console.Output.WriteLineAsync($"the ports of {instance} are so already: {PortText.Of(standing)}");
                return ExitCode.Done;
            }

            foreach (var line in PortsVerb.Difference(standing, wanted))
            {
                await console.Error.WriteLineAsync(line);
            }

            await PortPreview.AskAsync(installation, instance, wanted, within, parsed.GetValue(yes), console, cancellation);
            var operation = await calls.PutAsync(wanted);
            await OperationOutcome.WriteAsync(console, operation, $"open on {instance}: {PortText.Of(wanted)}");
            return OperationOutcome.ExitCode(operation);
        });
        return command;
    }

    private static async Task<PortSet> BeforeLastAsync(Installation installation, string name, PortSet standing, Attachment? attachment, CancellationToken cancellation)
    {
        await foreach (var change in PortHistory.OfAsync(installation, name, cancellation))
        {
            RequireSamePlace(change, name, attachment);
            if (change.Cause is { } cause)
            {
                throw new FailedException($"the last change of {name} was made by the server itself ({change.EventName}: {cause}; {change.EventId}); name the event to go back to with --to");
            }

            if (change.After is null || !Read(change, change.After).Equals(standing))
            {
                throw new FailedException($"the last change of {name} that the audit log has ({change.EventName}, {change.EventId}) did not leave the ports as they are now; name the event to go back to with --to");
            }

            return change.Before is { } before ? Read(change, before) : throw new FailedException($"before its last change ({change.EventName}) there was no {name}");
        }

        throw new FailedException($"the audit log has no change of the ports of {name}");
    }

    private static async Task<PortSet> AfterAsync(Installation installation, string name, string id, Attachment? attachment, CancellationToken cancellation)
    {
        await foreach (var change in PortHistory.OfAsync(installation, name, cancellation))
        {
            if (change.EventId == id)
            {
                return change.After is { } after ? Read(change, after) : throw new FailedException($"after that event ({change.EventName}) there was no {name}");
            }

            RequireSamePlace(change, name, attachment);
        }

        throw new FailedException($"the audit log has no change of the ports of {name} with the id {id}; `portlight history {name}` shows them");
    }

    private static PortSet Read(PortRevision change, RecordedPorts ports) => ports.OmittedRules is { } rules
        ? throw new FailedException($"the audit log does not hold the {rules} rules of {change.EventName} ({change.EventId}), because they are too many")
        : PortText.SetOf(ports.PortStates);

    /// <summary>
    /// Networks that are not filtered are in the log as rules. Those of an earlier attachment are not told from rules of its ports, and to put them would open what
    /// attaching again has closed.
    /// </summary>
    private static void RequireSamePlace(PortRevision change, string name, Attachment? attachment)
    {
        if (attachment is { Kind: "interface" or "host" } && change.EventName is not ("PutInstancePublicPorts" or "OpenInstancePublicPorts" or "CloseInstancePublicPorts" or "ApplyPorts"))
        {
            throw new FailedException($"{name} may have been attached otherwise before {change.EventName} ({change.EventId}); `portlight ports {name} …` puts what is wanted");
        }
    }
}
