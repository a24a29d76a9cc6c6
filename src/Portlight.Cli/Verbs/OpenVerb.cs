using System.CommandLine;
using Portlight.Cli.Ports;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight open</c>: adds ports to those of an instance.</summary>
internal static class OpenVerb
{
    public static Command Create()
    {
        var name = InstanceNames.Argument("The instance");
        var ports = new Argument<string[]>("ports") { Description = PortReader.InWords, Arity = ArgumentArity.OneOrMore };
        var from = new Option<string[]>("--from") { HelpName = "SOURCE,...", Description = "Addresses and blocks that may come in, or named networks, me for the address of this SSH session (default: everybody)", Arity = ArgumentArity.OneOrMore };
        var time = OpenTime.Option();
        var reason = ChangeReason.Option();
        var dryRun = DryRun.Option();
        var where = new InstallationOptions();
        var command = new Command("open", "Open ports of an instance, beside those that are open") { name, ports, from, time, reason, dryRun };
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var sources = OwnAddress.In(parsed.GetValue(from));
            var plain = NamedSources.AreIn(sources) ? null : PortReader.Read(parsed.GetRequiredValue(ports), sources);
            var forTime = OpenTime.Parse(parsed.GetValue(time));
            using var installation = await where.OpenAsync(parsed, cancellation);
            var rules = plain ?? PortReader.Read(parsed.GetRequiredValue(ports), await NamedSources.ResolveAsync(installation, sources, cancellation));
            var instance = parsed.GetRequiredValue(name);
            if (parsed.GetValue(dryRun))
            {
                return await DryRun.ShowAsync(installation, rules.Select(rule => new PreviewPortsRequest { InstanceName = instance, Open = rule }), parsed.InvocationConfiguration, cancellation);
            }

            var calls = new PortCalls(installation, instance, confirmWithin: null, parsed.GetValue(reason), cancellation);
            var before = await calls.ReadAsync();
            if (forTime is { } wanted)
            {
                return await OpenTime.OpenAsync(calls, instance, rules, wanted, parsed.InvocationConfiguration);
            }

            return await PortOutcome.EachAsync(rules, calls.OpenAsync, (rule, text) => PortSet.Of([.. before.Rules, .. PortText.SetOf([rule]).Rules]).Equals(before) ? $"{text} was open already on {instance}" : $"opened {text} on {instance}", parsed.InvocationConfiguration);
        });
        return command;
    }
}
