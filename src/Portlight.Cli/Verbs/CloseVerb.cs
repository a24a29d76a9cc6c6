using System.CommandLine;
using Portlight.Cli.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight close</c>: takes ports, or sources of them, from those of an instance.</summary>
internal static class CloseVerb
{
    public static Command Create()
    {
        var name = InstanceNames.Argument("The instance");
        var ports = new Argument<string[]>("ports") { Description = PortReader.InWords, Arity = ArgumentArity.OneOrMore };
        var from = new Option<string[]>("--from") { HelpName = "SOURCE,...", Description = "Close them for these sources alone (default: the whole rule)", Arity = ArgumentArity.OneOrMore };
        var confirm = ConfirmTime.Option();
        var reason = ChangeReason.Option();
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask, even when this machine's own connections are cut" };
        var dryRun = DryRun.Option();
        var where = new InstallationOptions();
        var command = new Command("close", "Close ports of an instance; the others stay open") { name, ports, from, confirm, yes, reason, dryRun };
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var sources = OwnAddress.In(parsed.GetValue(from));
            var plain = NamedSources.AreIn(sources) ? null : PortReader.Read(parsed.GetRequiredValue(ports), sources);
            var within = ConfirmTime.Parse(parsed.GetValue(confirm));
            using var installation = await where.OpenAsync(parsed, cancellation);
            var rules = plain ?? PortReader.Read(parsed.GetRequiredValue(ports), await NamedSources.ResolveAsync(installation, sources, cancellation));
            var instance = parsed.GetRequiredValue(name);
            if (parsed.GetValue(dryRun))
            {
                return await DryRun.ShowAsync(installation, rules.Select(rule => new PreviewPortsRequest { InstanceName = instance, Close = rule }), parsed.InvocationConfiguration, cancellation);
            }

            var calls = new PortCalls(installation, instance, within, parsed.GetValue(reason), cancellation);
            var before = await calls.ReadAsync();
            var after = PortText.Without(before, rules);
            await PortPreview.AskAsync(installation, instance, after, within, parsed.GetValue(yes), parsed.InvocationConfiguration, cancellation);
            return await PortOutcome.EachAsync(rules, calls.CloseAsync, (rule, text) => PortText.Without(before, [rule]).Equals(before) ? $"{text} was not open on {instance}" : $"closed {text} on {instance}", parsed.InvocationConfiguration);
        });
        return command;
    }
}
