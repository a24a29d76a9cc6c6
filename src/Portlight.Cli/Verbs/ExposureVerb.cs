using System.CommandLine;
using Portlight.Cli.Ports;
using Portlight.Domain;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight exposure</c>: what is open to whom, over all instances of an account and region.</summary>
internal static class ExposureVerb
{
    private const int ShownSources = 5;

    public static Command Create()
    {
        var port = new Argument<string?>("port") { Description = "Which instances let this port in, as in 22, 53/udp or icmp:8", Arity = ArgumentArity.ZeroOrOne };
        var tag = new Option<string[]>("--tag") { HelpName = "KEY[=VALUE]", Description = "Only instances with this tag; may be given several times" };
        var json = new Option<bool>("--json") { Description = "The answer as JSON, in the shape of the API" };
        var unused = new Option<string?>("--unused") { HelpName = "DAYS", Description = "Rules that have let in nothing for so long, as in 30d; only where hosts count packets" };
        var where = new InstallationOptions();
        var command = new Command("exposure", "Show what is open to whom, over all instances") { port, tag, unused, json };
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(unused) is { } text)
            {
                return parsed.GetValue(port) is not null
                    ? throw new UsageException("--unused is about all ports: leave the port away")
                    : await ListUnusedAsync(where, parsed, UnusedPorts.Days(text), TagOption.Read(parsed.GetValue(tag)), json, cancellation);
            }

            var request = new GetExposureRequest { Port = Port(parsed.GetValue(port)), Tags = TagOption.Read(parsed.GetValue(tag)) };
            using var installation = await where.OpenAsync(parsed, cancellation);
            var answer = await installation.CallAsync("GetExposure", request, PortlightJson.Default.GetExposureRequest, PortlightJson.Default.GetExposureResponse, cancellation);
            return await ReportOutput.WriteAsync(
                parsed, json, answer, () => IndentedPortlightJson.Default.GetExposureResponse,
                request.Port is null ? WriteAll : (output, told) => WriteReached(output, told, parsed.GetValue(port)!));
        });
        return command;
    }

    private static async Task<int> ListUnusedAsync(InstallationOptions where, ParseResult parsed, int days, IReadOnlyList<Tag> tags, Option<bool> json, CancellationToken cancellation)
    {
        var request = new ListUnusedPortsRequest { Days = days, Tags = tags, MaxResults = 1_000 };
        using var installation = await where.OpenAsync(parsed, cancellation);
        var answer = await installation.CallAsync("ListUnusedPorts", request, PortlightJson.Default.ListUnusedPortsRequest, PortlightJson.Default.ListUnusedPortsResponse, cancellation);
        return await ReportOutput.WriteAsync(parsed, json, answer, () => IndentedPortlightJson.Default.ListUnusedPortsResponse, (output, told) => UnusedPorts.Write(output, days, told));
    }

    private static void WriteAll(TextWriter output, GetExposureResponse answer)
    {
        if (answer.Ports.Count == 0)
        {
            output.WriteLine($"nothing is open on {Count(answer.Instances)}");
        }
        else
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns("port", "everyone", "networks", "one address");
            foreach (var port in answer.Ports)
            {
                table.AddRow(Markup.Escape(Name(port)), Number(port.Everyone), Number(port.Networks), Number(port.One));
            }

            Screen.Write(output, table);
        }

        if (answer.FurtherPorts > 0)
        {
            output.WriteLine($"and {answer.FurtherPorts} more ports");
        }

        foreach (var finding in answer.Findings)
        {
            output.WriteLine($"{Sentence(finding.Kind)}: {string.Join(", ", finding.InstanceNames)}{(finding.Instances > finding.InstanceNames.Count ? $" and {finding.Instances - finding.InstanceNames.Count} more" : "")}");
        }
    }

    private static void WriteReached(TextWriter output, GetExposureResponse answer, string port)
    {
        if (answer.Reached.Count == 0)
        {
            output.WriteLine($"none of {Count(answer.Instances)} lets {port} in");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("instance", "reached by", "sources");
        foreach (var instance in answer.Reached)
        {
            var more = instance.Cidrs.Count > ShownSources ? $" and {instance.Cidrs.Count - ShownSources} more" : "";
            table.AddRow(
                Markup.Escape(instance.InstanceName),
                instance.Width switch { "everyone" => "everyone", "networks" => "networks", _ => "one address" },
                Markup.Escape(instance.Cidrs.Count == 0 ? "its packets are not filtered" : string.Join(", ", instance.Cidrs.Take(ShownSources)) + more));
        }

        Screen.Write(output, table);
        if (answer.FurtherReached > 0)
        {
            output.WriteLine($"and {answer.FurtherReached} more instances");
        }
    }

    private static string Sentence(string kind) => kind switch
    {
        "notFiltered" => "packets are not filtered, so everything is open",
        "sshToEveryone" => "SSH (22/tcp) is open to everyone",
        "rdpToEveryone" => "RDP (3389/tcp) is open to everyone",
        "databaseToEveryone" => "the port of a database is open to everyone",
        "wideRangeToEveryone" => "every protocol, or more than a thousand ports, are open to everyone",
        "ipv6Wider" => "something is open to everyone over IPv6, and not over IPv4",
        _ => kind,
    };

    private static string Name(ExposedPort port) => NetworkProtocolText.TryParse(port.Protocol, out var protocol) ? new PortKey(protocol, port.FromPort, port.ToPort).ToString() : port.Protocol;

    private static string Count(int instances) => instances == 1 ? "1 instance" : $"{instances} instances";

    private static string Number(int count) => count == 0 ? "" : $"{count}";

    private static PortInfo? Port(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var infos = PortReader.Read([text]);
        return PortText.SetOf(infos).Rules is [{ IsFromEverywhere: true, Protocol: not NetworkProtocol.All } rule] && (rule.FromPort == rule.ToPort || rule.Protocol is NetworkProtocol.Icmp or NetworkProtocol.Icmpv6)
            ? new PortInfo { Protocol = rule.Protocol.ToWire(), FromPort = rule.FromPort, ToPort = rule.ToPort }
            : throw new UsageException($"`{text}` is more than one port, or has sources; ask about one port");
    }
}
