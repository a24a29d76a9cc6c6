using System.CommandLine;
using Portlight.Cli.Ports;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight ports</c>: shows the ports of an instance, or replaces them all; what opens and what closes is shown first.</summary>
internal static class PortsVerb
{
    private const string Nothing = "none";

    public static Command Create()
    {
        var name = InstanceNames.Argument("The instance");
        var ports = new Argument<string[]>("ports") { Description = $"What is open afterwards, everything else is closed: {PortReader.InWords}; {Nothing} closes everything", Arity = ArgumentArity.ZeroOrMore };
        var template = new Option<string?>("--template") { Description = "What is open afterwards, as the account keeps it under this name (`portlight names list`)", HelpName = "NAME" };
        var confirm = ConfirmTime.Option();
        var reason = ChangeReason.Option();
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask, even when this machine's own connections are cut" };
        var dryRun = DryRun.Option();
        var where = new InstallationOptions();
        var command = new Command("ports", "Show the ports of an instance; with PORTS or --template: replace them all") { name, ports, template, confirm, yes, reason, dryRun };
        where.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(template) is { Implicit: false } && result.GetResult(ports) is { Tokens.Count: > 0 })
            {
                result.AddError("--template says what is open: PORTS beside it are one too many");
            }
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var words = parsed.GetValue(ports) ?? [];
            var within = ConfirmTime.Parse(parsed.GetValue(confirm));
            var wanted = words is [Nothing] ? PortSet.Empty : PortText.SetOf(words.Length == 0 ? [] : PortReader.Read(words));
            using var installation = await where.OpenAsync(parsed, cancellation);
            var calls = new PortCalls(installation, parsed.GetRequiredValue(name), within, parsed.GetValue(reason), cancellation);
            var standing = await calls.ReadAsync();
            var console = parsed.InvocationConfiguration;
            if (parsed.GetValue(template) is { } kept)
            {
                wanted = await TemplateAsync(installation, kept, cancellation);
            }
            else if (words.Length == 0)
            {
                await WriteAsync(console.Output, standing);
                foreach (var one in await calls.ReadExpiringAsync())
                {
                    await console.Output.WriteLineAsync($"until {OpenTime.Text(one.ExpiresAt)}: {PortText.Of([one.PortState])}");
                }

                return ExitCode.Done;
            }

            if (parsed.GetValue(dryRun))
            {
                return await DryRun.ShowAsync(installation, [new PreviewPortsRequest { InstanceName = parsed.GetRequiredValue(name), PortInfos = PortText.Infos(wanted) }], console, cancellation);
            }

            foreach (var line in Difference(standing, wanted))
            {
                await console.Error.WriteLineAsync(line);
            }

            await PortPreview.AskAsync(installation, parsed.GetRequiredValue(name), wanted, within, parsed.GetValue(yes), console, cancellation);
            var operation = await calls.PutAsync(wanted);
            await OperationOutcome.WriteAsync(console, operation, $"open on {parsed.GetRequiredValue(name)}: {PortText.Of(wanted)}");
            return OperationOutcome.ExitCode(operation);
        });
        return command;
    }

    /// <exception cref="FailedException">The account keeps nothing under the name.</exception>
    private static async Task<PortSet> TemplateAsync(Installation installation, string name, CancellationToken cancellation)
    {
        var book = await installation.CallAsync(
            "GetAddressBook", new GetAddressBookRequest(), PortlightJson.Default.GetAddressBookRequest, PortlightJson.Default.GetAddressBookResponse, cancellation);
        return book.Templates.FirstOrDefault(one => string.Equals(one.Name, name, StringComparison.OrdinalIgnoreCase)) is { } found
            ? PortText.SetOf(found.PortStates)
            : throw new FailedException($"no template `{name}` is kept: {(book.Templates.Count == 0 ? "there is none" : $"there are {string.Join(", ", book.Templates.Select(one => one.Name))}")}");
    }

    /// <summary>Lines of what opens (+) and what closes (-).</summary>
    internal static IEnumerable<string> Difference(PortSet before, PortSet after)
    {
        var (old, now) = (PortText.Lines(before).ToList(), PortText.Lines(after).ToList());
        return [.. old.Except(now).Select(line => $"- {line}"), .. now.Except(old).Select(line => $"+ {line}")];
    }

    private static async Task WriteAsync(TextWriter output, PortSet ports)
    {
        foreach (var line in ports.Rules.IsEmpty ? [Nothing] : PortText.Lines(ports))
        {
            await output.WriteLineAsync(line);
        }
    }
}
