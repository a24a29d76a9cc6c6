using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight host token|list|show|drain|revoke|remove|rotate-authority</c>: the machines that run an agent of this installation.</summary>
internal static class HostVerb
{
    // Asked for where a verb runs: shapes that are made with the command would be made by every command.
    private static PortlightJson Json => PortlightJson.Default;

    public static Command Create() => new("host", "Let machines join, list them and remove them") { TokenVerb(), ListVerb(), ShowVerb(), DrainVerb(), RevokeVerb(), RemoveVerb(), RotateAuthorityVerb() };

    private static Command TokenVerb()
    {
        var (data, name) = (DataOption.Create(), Name("What the machine is called from now on: lower case letters, digits, hyphens"));
        var zone = new Option<string?>("--zone") { HelpName = "ZONE", Description = "The zone whose lab instances it may get, as in us-east-1a" };
        var command = new Command("token", "Print the command with which one machine joins; valid once, for an hour") { name, zone, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = Installation.Open(DataDirectory.Resolve(parsed.GetValue(data)));
            var host = parsed.GetRequiredValue(name);
            var made = await installation.CallAsync(
                "CreateHostToken", new CreateHostTokenRequest { HostName = host, AvailabilityZone = parsed.GetValue(zone) }, Json.CreateHostTokenRequest, Json.CreateHostTokenResponse, cancellation);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"portlight agent join {made.Token}");
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"run this line on {host} before {Time(made.ExpiresAt)} (`portlight-agent join …` where the package portlight-agent is installed), or paste it into `portlight agent join -` there, which keeps it out of the history; the machine that runs it first is {host}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command ListVerb()
    {
        var data = DataOption.Create();
        var json = new Option<bool>("--json") { Description = "The answer as JSON, in the shape of the API" };
        var command = new Command("list", "List the hosts and the state of their agents; exit code 1 if an agent is away or failing, or several have one key") { json, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = Installation.Open(DataDirectory.Resolve(parsed.GetValue(data)));
            var hosts = new List<HostSummary>();
            string? page = null;
            do
            {
                var answer = await installation.CallAsync("ListHosts", new ListHostsRequest { PageToken = page }, Json.ListHostsRequest, Json.ListHostsResponse, cancellation);
                hosts.AddRange(answer.Hosts);
                page = answer.NextPageToken;
            }
            while (page is not null);

            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(new ListHostsResponse { Hosts = hosts }, IndentedPortlightJson.Default.ListHostsResponse));
            }
            else
            {
                Screen.Write(output, HostTable.Of(hosts));
            }

            return hosts.All(host => HostTable.IsWell(host.Agent)) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static Command ShowVerb() => Verb(
        "show", "Show one host", "GetHost", name => new GetHostRequest { HostName = name }, () => Json.GetHostRequest, () => Json.GetHostResponse,
        (console, answer) => HostTable.Write(console.Output, answer.Host, answer.InstanceCount));

    private static Command DrainVerb()
    {
        var (data, name) = (DataOption.Create(), Name());
        var undo = new Option<bool>("--undo") { Description = "Place new instances on it again" };
        var command = new Command("drain", "Place no new instances on a host; those on it stay") { name, undo, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = Installation.Open(DataDirectory.Resolve(parsed.GetValue(data)));
            var answer = await installation.CallAsync(
                "DrainHost",
                new DrainHostRequest { HostName = parsed.GetRequiredValue(name), Undo = parsed.GetValue(undo) ? true : null },
                Json.DrainHostRequest,
                Json.DrainHostResponse,
                cancellation);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{answer.Host.HostName}\t{answer.Host.State}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command RevokeVerb() => Verb(
        "revoke", "Revoke the certificates of a host; what is in force there stays", "RevokeHost",
        name => new RevokeHostRequest { HostName = name }, () => Json.RevokeHostRequest, () => Json.RevokeHostResponse, (console, answer) => console.Output.WriteLine($"{answer.Host.HostName}\t{answer.Host.State}"));

    private static Command RemoveVerb() => Verb(
        "remove", "Forget a host that has no instances", "RemoveHost",
        name => new RemoveHostRequest { HostName = name }, () => Json.RemoveHostRequest, () => Json.RemoveHostResponse, (console, answer) => console.Output.WriteLine($"{answer.Host.HostName}\tremoved"));

    private static Command RotateAuthorityVerb()
    {
        var data = DataOption.Create();
        var begin = new Option<bool>("--begin") { Description = "Make another authority, and let every host get a certificate of it" };
        var finish = new Option<bool>("--finish") { Description = "Trust the former one no more; refused as long as a host needs it" };
        var command = new Command("rotate-authority", "Replace the certificate authority of the hosts; without an option: show the progress, exit code 1 while a host still uses the former one") { begin, finish, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(begin) && parsed.GetValue(finish))
            {
                throw new UsageException("--begin and --finish are two steps: between them every host gets a certificate");
            }

            using var installation = Installation.Open(DataDirectory.Resolve(parsed.GetValue(data)));
            var answer = await installation.CallAsync(
                "RotateHostAuthority",
                new RotateHostAuthorityRequest { Step = parsed.GetValue(begin) ? "begin" : parsed.GetValue(finish) ? "finish" : null },
                Json.RotateHostAuthorityRequest,
                Json.RotateHostAuthorityResponse,
                cancellation);
            await parsed.InvocationConfiguration.Output.WriteLineAsync((answer.IsReplacing, answer.WaitsFor) switch
            {
                (false, _) => "one authority",
                (true, []) => "two authorities; every host has a certificate of the new one: --finish ends it",
                (true, var hosts) => $"two authorities; without a certificate of the new one: {string.Join(", ", hosts)}",
            });
            return answer.WaitsFor.Count == 0 || parsed.GetValue(begin) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    /// <summary>A verb that is a call with a name and its answer.</summary>
    private static Command Verb<TRequest, TResponse>(
        string verb, string description, string operation, Func<string, TRequest> ask, Func<JsonTypeInfo<TRequest>> request, Func<JsonTypeInfo<TResponse>> response, Action<InvocationConfiguration, TResponse> show)
        where TResponse : class
    {
        var (data, name) = (DataOption.Create(), Name());
        var command = new Command(verb, description) { name, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = Installation.Open(DataDirectory.Resolve(parsed.GetValue(data)));
            show(parsed.InvocationConfiguration, await installation.CallAsync(operation, ask(parsed.GetRequiredValue(name)), request(), response(), cancellation));
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> Name(string description = "The host, as in fra-07") => new("host") { Description = description };

    internal static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + "Z";
}
