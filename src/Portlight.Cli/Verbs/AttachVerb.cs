using System.CommandLine;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary>
/// <c>portlight attach</c>: puts an interface or this machine behind a port set. First it shows what would close, from a dry run of the same call; then it asks.
/// </summary>
internal static class AttachVerb
{
    private const string Operation = "AttachInstance";

    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "What the instance is called from now on" };
        var @interface = new Option<string?>("--interface") { HelpName = "IF", Description = "The host side of a VM's or container's network card" };
        var byName = new Option<bool>("--by-name") { Description = "With --interface: whichever device has that name later is meant too, not this one alone" };
        var thisHost = new Option<bool>("--this-host") { Description = "This machine itself" };
        var addresses = new Option<string[]>("--address") { HelpName = "IP", Description = "The public addresses of what is attached", AllowMultipleArgumentsPerToken = true };
        var networks = new Option<string[]>("--private") { HelpName = "CIDR", Description = "Networks whose packets are not filtered", AllowMultipleArgumentsPerToken = true };
        var open = new Option<string[]>("--open") { HelpName = PortText.Syntax, Description = "What is open at first (default: tcp:22)", AllowMultipleArgumentsPerToken = true };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask, even when an SSH session would be cut" };
        var confirm = new Option<string?>("--confirm") { HelpName = "TIME", Description = "Undo it after this time (60s, 5m; at most 1h) unless `portlight confirm NAME` comes from a new session" };
        var data = DataOption.Create();
        var command = new Command("attach", "Put an interface or this machine behind a firewall of its own") { name, @interface, byName, thisHost, addresses, networks, open, confirm, yes, data };
        command.SetAction((parsed, cancellation) =>
        {
            var request = new AttachInstanceRequest
            {
                InstanceName = parsed.GetRequiredValue(name),
                InterfaceName = parsed.GetValue(@interface),
                ByName = parsed.GetValue(byName) ? true : null,
                ThisHost = parsed.GetValue(thisHost) ? true : null,
                Addresses = parsed.GetValue(addresses) is { Length: > 0 } given ? given : null,
                PrivateCidrs = parsed.GetValue(networks) is { Length: > 0 } exempt ? exempt : null,
                PortInfos = Ports(parsed.GetValue(open) ?? []),
            };
            if (request.InterfaceName is null == request.ThisHost is null)
            {
                throw new UsageException("name either --interface IF or --this-host");
            }

            return RunAsync(request, ConfirmTime.Parse(parsed.GetValue(confirm)), parsed.GetValue(yes), DataDirectory.Resolve(parsed.GetValue(data)), parsed.InvocationConfiguration, cancellation);
        });
        return command;
    }

    private static List<PortInfo>? Ports(string[] texts)
    {
        var rules = new List<PortInfo>();
        var problems = new List<string>();
        foreach (var text in texts)
        {
            if (PortText.TryParse(text, out var rule, out var problem))
            {
                rules.Add(rule);
            }
            else
            {
                problems.Add($"--open: {problem}");
            }
        }

        if (problems.Count > 0)
        {
            throw new UsageException(string.Join('\n', problems));
        }

        return rules.Count == 0 ? null : rules;
    }

    private static async Task<int> RunAsync(AttachInstanceRequest request, TimeSpan? confirmWithin, bool isSure, string directory, InvocationConfiguration console, CancellationToken cancellation)
    {
        using var installation = Installation.Open(directory);
        var plan = await CallAsync(installation, request with { DryRun = true }, confirmWithin: null, cancellation);
        await AttachPlan.WriteAsync(console.Error, request, plan);

        if (!isSure)
        {
            if (confirmWithin is null)
            {
                RefuseToCutSsh(request, plan);
            }

            if (!await Confirmation.AskAsync(console, "Attach?"))
            {
                throw new FailedException("nothing was attached");
            }
        }

        if (confirmWithin is { } within)
        {
            // Before the change: afterwards this session may not be there to read it.
            await console.Error.WriteLineAsync($"undone after {within.TotalSeconds} s unless confirmed: leave this session open, open a NEW one, and there run: portlight confirm {request.InstanceName}");
        }

        var done = await CallAsync(installation, request with { MayCutSsh = isSure ? true : null }, confirmWithin, cancellation);
        await OperationOutcome.WriteAsync(
            console,
            done.Operation,
            done.NotFiltered is null ? $"attached {request.InstanceName}" : $"recorded {request.InstanceName}, and no packet of it is filtered: {done.NotFiltered}");
        return OperationOutcome.ExitCode(done.Operation);
    }

    private static Task<AttachInstanceResponse> CallAsync(Installation installation, AttachInstanceRequest request, TimeSpan? confirmWithin, CancellationToken cancellation) =>
        installation.CallAsync(Operation, request, PortlightJson.Default.AttachInstanceRequest, PortlightJson.Default.AttachInstanceResponse, confirmWithin, cancellation);

    /// <summary>The server refuses to shut out a session that it sees; what only this session knows of itself is added where the server may not see processes.</summary>
    private static void RefuseToCutSsh(AttachInstanceRequest request, AttachInstanceResponse plan)
    {
        var rules = plan.SshSessions.Where(session => session.IsOpenBefore && !session.IsOpenAfter).Select(session => session.Rule).Distinct().ToList();
        if (request.ThisHost is true
            && plan.AreProcessesHidden
            && SshSession.Parse(Environment.GetEnvironmentVariable(SshSession.EnvironmentVariable)) is { } own
            && !own.Passes(plan.PortStatesAfter, plan.Attachment.PrivateCidrs))
        {
            rules.Add($"tcp:{own.Port}{(own.Client is { } client ? $"@{client}" : "")}");
        }

        if (rules.Count > 0)
        {
            throw new FailedException($"refused, because an SSH session would be lost: add --open {string.Join(' ', rules.Distinct())}, say --confirm 60s to have it undone unless a new session confirms it, or --yes if there is another way in");
        }
    }
}
