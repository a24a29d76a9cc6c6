using System.Globalization;
using Portlight.Wire.Client;
using Portlight.Wire.Lightsail;
using Spectre.Console;

namespace Portlight.Cli.Demo;

/// <summary>
/// The story: default ports, a Put, a source, a connection that is cut, a bad request, a wrong key. Every claim is tried with packets, and one that does not hold
/// ends the demo as failed.
/// </summary>
/// <param name="console">Where it is told.</param>
/// <param name="show">Writes a table there.</param>
/// <param name="directory">The data directory of the server in it.</param>
internal sealed class DemoStory(IAnsiConsole console, Action<Table> show, string directory)
{
    private static readonly int[] Tried = [22, 80, 443, 5432];

    private bool _holds = true;

    /// <summary>True when everything worked as described.</summary>
    public async Task<bool> TellAsync(CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        console.MarkupLine("[bold]A machine of its own[/]: network, mount and process namespaces that go away with this demo. Inside: a server, its database, its agent.");
        await using var server = await DemoServer.StartAsync(directory, cancellation);
        console.MarkupLineInterpolated($"  portlight ready {server.Endpoint.GetLeftPart(UriPartial.Authority)} enforce=kernel, after {Took(began)}");

        Chapter("CreateInstances: web-1, and two that will be its clients");
        var made = await server.CreateAsync(["web-1", "office", "stranger"], cancellation);
        var (web, office, stranger) = (made[0], made[1], made[2]);
        foreach (var machine in made)
        {
            console.MarkupLineInterpolated($"  {machine.Name,-9}{machine.Address}, in the network namespace pl-{machine.Name}");
        }

        foreach (var port in Tried)
        {
            await web.ServeAsync(port);
        }

        Say($"web-1 answers on the ports {string.Join(", ", Tried)}: what its clients see is the firewall. A new Debian instance is open on 22 and 80:");
        await TryAsync(web, [(office, [22, 80]), (stranger, [22, 80])], cancellation);

        Chapter($"PutInstancePublicPorts: 443 for everybody, 5432 for office alone ({office.Address}); nothing else is listed");
        await PutAsync(server, [Tcp(443), Tcp(5432, $"{office.Address}/32")], cancellation);
        await TryAsync(web, [(office, [443, 5432]), (stranger, [443])], cancellation);

        await CutAsync(server, web, office, stranger, cancellation);
        await RefusalsAsync(server, cancellation);
        await TryAsync(web, [(office, [5432]), (stranger, [])], cancellation);

        foreach (var machine in made)
        {
            machine.Dispose();
        }

        console.WriteLine();
        console.MarkupLineInterpolated($"{(_holds ? "Everything worked as described" : "NOT everything was as told")}, in {Took(began)}. The namespaces, the database and the keys go now; nothing of this was on your machine.");
        return _holds;
    }

    private async Task CutAsync(DemoServer server, LabMachine web, LabMachine office, LabMachine stranger, CancellationToken cancellation)
    {
        Chapter("An open connection, and a Put that closes its port");
        using var connection = await stranger.ConnectAsync(web.Address, 443, isExpected: true, cancellation) ?? throw new FailedException("stranger did not reach port 443");
        Expect("stranger talks to web-1 on 443", await LabMachine.EchoesAsync(connection, isExpected: true, cancellation));
        await PutAsync(server, [Tcp(5432, $"{office.Address}/32")], cancellation);
        Expect("the connection is dead in the commit that closed its port", !await LabMachine.EchoesAsync(connection, isExpected: false, cancellation));
    }

    private async Task RefusalsAsync(DemoServer server, CancellationToken cancellation)
    {
        Chapter("A bad request: every problem named, nothing changed");
        await RefusedAsync(() => server.PutAsync("web-1", [Tcp(443), new PortInfo { FromPort = 9, ToPort = 7, Protocol = "tcp" }, Tcp(22, "010.0.0.1/8")], cancellation));
        Chapter("The right key with a wrong secret");
        await RefusedAsync(() => DemoServer.PutAsync(server.Stranger, "web-1", [new PortInfo { FromPort = 0, ToPort = 65535, Protocol = "all" }], cancellation));
        Say("web-1 is as it was:");
    }

    private async Task PutAsync(DemoServer server, IReadOnlyList<PortInfo> ports, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        var operation = await server.PutAsync("web-1", ports, cancellation);
        Expect($"{operation.OperationType} {operation.Status}: signed, stored, confirmed by the kernel in {Took(began)}", operation is { Status: "Succeeded", IsTerminal: true });
    }

    private async Task RefusedAsync(Func<Task> call)
    {
        try
        {
            await call();
            Expect("it is refused", false);
        }
        catch (AwsErrorException refusal)
        {
            console.MarkupLineInterpolated($"  [yellow]{refusal.Type}[/]: {refusal.Message}");
        }
    }

    /// <summary>Tries every port from every client, and shows what came through beside what should.</summary>
    private async Task TryAsync(LabMachine web, IReadOnlyList<(LabMachine Client, int[] Open)> expected, CancellationToken cancellation)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("from");
        foreach (var port in Tried)
        {
            table.AddColumn(port.ToString(CultureInfo.InvariantCulture));
        }

        foreach (var (client, open) in expected)
        {
            var reached = await Task.WhenAll(Tried.Select(port => client.ReachesAsync(web.Address, port, open.Contains(port), cancellation)));
            table.AddRow([client.Name, .. Tried.Zip(reached, (port, isOpen) => Cell(isOpen, open.Contains(port)))]);
        }

        show(table);
    }

    private string Cell(bool isOpen, bool shouldBe)
    {
        _holds &= isOpen == shouldBe;
        return (isOpen, isOpen == shouldBe) switch
        {
            (true, true) => "[green]open[/]",
            (false, true) => "[grey]closed[/]",
            (var wrong, _) => $"[red]{(wrong ? "open" : "closed")}, wrongly[/]",
        };
    }

    private void Expect(string claim, bool holds)
    {
        _holds &= holds;
        console.MarkupLineInterpolated($"  {(holds ? "yes:" : "NO, not:")} {claim}");
    }

    private void Chapter(string title)
    {
        console.WriteLine();
        console.MarkupLineInterpolated($"[bold]{title}[/]");
    }

    private void Say(string text) => console.MarkupLineInterpolated($"  {text}");

    private static PortInfo Tcp(int port, params string[] sources) => new() { FromPort = port, ToPort = port, Protocol = "tcp", Cidrs = sources.Length == 0 ? null : sources };

    private static string Took(long since) => $"{TimeProvider.System.GetElapsedTime(since).TotalMilliseconds:0.0} ms";
}
