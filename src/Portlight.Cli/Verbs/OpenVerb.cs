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
        var from = new Option<string[]>("--from") { HelpName = "SOURCE,...", Description = "Addresses and blocks that may come in (default: everybody)", Arity = ArgumentArity.OneOrMore };
        var dryRun = DryRun.Option();
        var where = new InstallationOptions();
        var command = new Command("open", "Open ports of an instance, beside those that are open") { name, ports, from, dryRun };
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var rules = PortReader.Read(parsed.GetRequiredValue(ports), parsed.GetValue(from));
            using var installation = await where.OpenAsync(parsed, cancellation);
            var instance = parsed.GetRequiredValue(name);
            if (parsed.GetValue(dryRun))
            {
                return await DryRun.ShowAsync(installation, rules.Select(rule => new PreviewPortsRequest { InstanceName = instance, Open = rule }), parsed.InvocationConfiguration, cancellation);
            }

            var calls = new PortCalls(installation, instance, confirmWithin: null, cancellation);
            var before = await calls.ReadAsync();
            return await PortOutcome.EachAsync(rules, calls.OpenAsync, (rule, text) => PortSet.Of([.. before.Rules, .. PortText.SetOf([rule]).Rules]).Equals(before) ? $"{text} was open already on {instance}" : $"opened {text} on {instance}", parsed.InvocationConfiguration);
        });
        return command;
    }
}
