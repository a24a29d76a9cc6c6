using System.CommandLine;
using System.Text.Json;
using Portlight.Cli.Ports;
using Portlight.Wire.PortlightApi;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight names</c>: the names that the account has given to networks and to port rules. No rule refers to one: what it stands for is written into the rule.</summary>
internal static class NamesVerb
{
    public static Command Create() => new("names", "Give names to networks and to port rules, and list them") { ListVerb(), NetworkVerb(), TemplateVerb() };

    private static Command ListVerb()
    {
        var where = new InstallationOptions();
        var json = new Option<bool>("--json") { Description = "The answer as JSON, in the shape of the API" };
        var command = new Command("list", "List the named networks and templates: kind, name, what it stands for") { json };
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = await where.OpenAsync(parsed, cancellation);
            var book = await installation.CallAsync(
                "GetAddressBook", new GetAddressBookRequest(), PortlightJson.Default.GetAddressBookRequest, PortlightJson.Default.GetAddressBookResponse, cancellation);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(book, IndentedPortlightJson.Default.GetAddressBookResponse));
            }
            else if (book.Networks.Count + book.Templates.Count == 0)
            {
                await output.WriteLineAsync("no network and no rules have a name");
            }
            else
            {
                Screen.Write(output, Rows(book));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command NetworkVerb()
    {
        var name = new Argument<string>("name") { Description = "A letter, then letters, digits, -, _ and ." };
        var sources = new Argument<string[]>("sources") { Description = "Its addresses and blocks, of both families", Arity = ArgumentArity.ZeroOrMore };
        var forget = Forget();
        var where = new InstallationOptions();
        var command = new Command("network", "Name addresses and blocks, or change those of a name") { name, sources, forget };
        where.AddTo(command);
        command.Validators.Add(result => Require(result, result.GetValue(forget), result.GetValue(sources)));
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = await where.OpenAsync(parsed, cancellation);
            var (network, wanted) = (parsed.GetRequiredValue(name), OwnAddress.In(parsed.GetValue(sources)) ?? []);
            var line = parsed.GetValue(forget)
                ? "forgot " + Line((await installation.CallAsync(
                    "DeleteNamedNetwork", new DeleteNamedNetworkRequest { NetworkName = network }, PortlightJson.Default.DeleteNamedNetworkRequest, PortlightJson.Default.DeleteNamedNetworkResponse, cancellation)).Network)
                : Line((await installation.CallAsync(
                    "PutNamedNetwork",
                    new PutNamedNetworkRequest { NetworkName = network, Cidrs = [.. wanted.Where(source => !IsIpv6(source))], Ipv6Cidrs = [.. wanted.Where(IsIpv6)] },
                    PortlightJson.Default.PutNamedNetworkRequest,
                    PortlightJson.Default.PutNamedNetworkResponse,
                    cancellation)).Network);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(line);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command TemplateVerb()
    {
        var name = new Argument<string>("name") { Description = "A letter, then letters, digits, -, _ and ." };
        var ports = new Argument<string[]>("ports") { Description = PortReader.InWords, Arity = ArgumentArity.ZeroOrMore };
        var forget = Forget();
        var where = new InstallationOptions();
        var command = new Command("template", "Keep port rules under a name; no instance is changed") { name, ports, forget };
        where.AddTo(command);
        command.Validators.Add(result => Require(result, result.GetValue(forget), result.GetValue(ports)));
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = await where.OpenAsync(parsed, cancellation);
            var template = parsed.GetRequiredValue(name);
            var line = parsed.GetValue(forget)
                ? "forgot " + Line((await installation.CallAsync(
                    "DeletePortTemplate", new DeletePortTemplateRequest { TemplateName = template }, PortlightJson.Default.DeletePortTemplateRequest, PortlightJson.Default.DeletePortTemplateResponse, cancellation)).Template)
                : Line((await installation.CallAsync(
                    "PutPortTemplate",
                    new PutPortTemplateRequest { TemplateName = template, PortInfos = PortText.Infos(PortText.SetOf(PortReader.Read(parsed.GetValue(ports) ?? []))) },
                    PortlightJson.Default.PutPortTemplateRequest,
                    PortlightJson.Default.PutPortTemplateResponse,
                    cancellation)).Template);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(line);
            return ExitCode.Done;
        });
        return command;
    }

    private static Option<bool> Forget() => new("--forget") { Description = "Forget the name; rules that were made with it stay" };

    private static void Require(System.CommandLine.Parsing.CommandResult result, bool forget, string[]? words)
    {
        if (forget == words is { Length: > 0 })
        {
            result.AddError(forget ? "--forget takes a name alone" : "what the name stands for is missing; --forget forgets the name");
        }
    }

    private static Table Rows(GetAddressBookResponse book)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("kind", "name", "stands for");
        foreach (var network in book.Networks)
        {
            table.AddRow("network", Markup.Escape(network.Name), Markup.Escape(Blocks(network)));
        }

        foreach (var template in book.Templates)
        {
            table.AddRow("template", Markup.Escape(template.Name), Markup.Escape(PortText.Of(template.PortStates)));
        }

        return table;
    }

    private static string Line(NamedNetwork network) => $"network {network.Name}: {Blocks(network)}";

    private static string Line(PortTemplate template) => $"template {template.Name}: {PortText.Of(template.PortStates)}";

    private static string Blocks(NamedNetwork network) => string.Join(", ", network.Cidrs.Concat(network.Ipv6Cidrs));

    private static bool IsIpv6(string source) => source.Contains(':', StringComparison.Ordinal);
}
