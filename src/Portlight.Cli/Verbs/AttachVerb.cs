using System.CommandLine;
using System.Net.Sockets;
using Portlight.Cli.Ports;
using Portlight.Domain;
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
        var mac = new Option<string?>("--mac") { HelpName = "MAC", Description = "Instead of --interface: the hardware address of a guest's network card, or of its host side, now or later" };
        var alias = new Option<string?>("--alias") { HelpName = "TEXT", Description = "Instead of --interface: its alias (`ip link set dev IF alias TEXT`), now or later" };
        var byName = new Option<bool>("--by-name") { Description = "With --interface: whichever device has that name later is meant too, not this one alone; there need not be one yet" };
        var closed = new Option<string[]>("--close-unknown") { HelpName = "NAME*", Description = "Other interfaces whose names begin so let nothing in to what is behind them until they are attached, as in vnet*", Arity = ArgumentArity.OneOrMore };
        var host = new Option<string?>("--host") { HelpName = "HOST", Description = "The host that it is on (`portlight host list`); without it the server's own machine" };
        var thisHost = new Option<bool>("--this-host") { Description = "This machine itself; with --host that one" };
        var addresses = new Option<string[]>("--address") { HelpName = "IP", Description = "The public addresses of what is attached", AllowMultipleArgumentsPerToken = true };
        var networks = new Option<string[]>("--private") { HelpName = "CIDR", Description = "Networks whose packets are not filtered", AllowMultipleArgumentsPerToken = true };
        // One value each time, with commas in it: one that took words until the next option would take the name too.
        var open = new Option<string[]>("--open") { HelpName = PortReader.Syntax, Description = $"What is open at first (default: 22/tcp): {PortReader.InWords}", Arity = ArgumentArity.OneOrMore };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask, even when an SSH session would be cut" };
        var confirm = ConfirmTime.Option();
        var where = new InstallationOptions();
        var command = new Command("attach", "Put an interface or this machine behind a firewall of its own") { name, host, @interface, mac, alias, byName, closed, thisHost, addresses, networks, open, confirm, yes };
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new AttachInstanceRequest
            {
                InstanceName = parsed.GetRequiredValue(name),
                HostName = parsed.GetValue(host),
                InterfaceName = parsed.GetValue(@interface),
                Selector = Selector(parsed.GetValue(mac), parsed.GetValue(alias)),
                ByName = parsed.GetValue(byName) ? true : null,
                ClosedNames = parsed.GetValue(closed) is { Length: > 0 } names ? [.. names.SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries))] : null,
                ThisHost = parsed.GetValue(thisHost) ? true : null,
                Addresses = Blocks(parsed.GetValue(addresses), "--address"),
                PrivateCidrs = Blocks(parsed.GetValue(networks), "--private"),
                PortInfos = parsed.GetValue(open) is { Length: > 0 } ports ? PortReader.Read(ports) : null,
            };
            if (new object?[] { request.InterfaceName, request.Selector, request.ThisHost }.OfType<object>().Count() != 1)
            {
                throw new UsageException("name one of --interface IF, --mac MAC, --alias TEXT and --this-host");
            }

            var within = ConfirmTime.Parse(parsed.GetValue(confirm));
            using var installation = await where.OpenAsync(parsed, cancellation);
            return await RunAsync(installation, request, within, parsed.GetValue(yes), parsed.InvocationConfiguration, cancellation);
        });
        return command;
    }

    private static string? Selector(string? mac, string? alias) => (mac, alias) switch
    {
        (null, null) => null,
        ({ } address, null) when InterfaceSelector.TryParse(InterfaceSelector.Mac + address, out var selector) => selector,
        ({ }, null) => throw new UsageException($"--mac: `{mac}` is no hardware address, as 52:54:00:aa:bb:01 is"),
        (null, { }) => InterfaceSelector.Alias + alias,
        _ => throw new UsageException("name one of --mac MAC and --alias TEXT"),
    };

    internal static Task<AttachInstanceResponse> CallAsync(Installation installation, AttachInstanceRequest request, TimeSpan? confirmWithin, CancellationToken cancellation) =>
        installation.CallAsync(Operation, request, PortlightJson.Default.AttachInstanceRequest, PortlightJson.Default.AttachInstanceResponse, confirmWithin, cancellation);

    /// <summary>Checked here, because the server's words for it name members of a request that nobody has typed.</summary>
    private static string[]? Blocks(string[]? texts, string option)
    {
        var given = (texts ?? []).SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries)).ToArray();
        var problems = new List<string>();
        foreach (var text in given)
        {
            if (!Cidr.TryParse(text, text.Contains(':', StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, out _, out var problem))
            {
                problems.Add($"{option}: `{text}` {problem}");
            }
        }

        return problems.Count > 0 ? throw new UsageException(string.Join('\n', problems)) : given.Length > 0 ? given : null;
    }

    private static async Task<int> RunAsync(Installation installation, AttachInstanceRequest request, TimeSpan? confirmWithin, bool isSure, InvocationConfiguration console, CancellationToken cancellation)
    {
        var plan = await CallAsync(installation, request with { DryRun = true }, confirmWithin: null, cancellation);
        await AttachPlan.WriteAsync(console.Error, request, plan);
        if (!isSure)
        {
            SshLoss.Refuse(request, plan, confirmWithin, "add --open");
            await Confirmation.RequireAsync(console, "Attach?", "nothing was attached");
        }

        if (confirmWithin is { } within)
        {
            await ConfirmTime.TellAsync(console, request.InstanceName!, within);
        }

        var done = await CallAsync(installation, request with { MayCutSsh = isSure ? true : null }, confirmWithin, cancellation);
        await OperationOutcome.WriteAsync(
            console,
            done.Operation,
            done.NotFiltered is null ? $"attached {request.InstanceName}{(done.Waiting is { } waiting ? $", {waiting}" : "")}" : $"recorded {request.InstanceName}, and no packet of it is filtered: {done.NotFiltered}");
        return OperationOutcome.ExitCode(done.Operation);
    }
}
