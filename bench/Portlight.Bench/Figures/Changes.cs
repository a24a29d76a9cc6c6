using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Portlight.Agent;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Bench.Figures;

/// <summary>
/// One change of one instance of 1,000, from the agent's door until the kernel has confirmed it: of a range, of sources and of both against one of a single port, and that against the same
/// transaction by a C program. And everything at once: 10,000 instances into an empty kernel.
/// </summary>
internal static class Changes
{
    private const int Rounds = 15;
    private const int Turns = 200;
    private const int WarmUp = 5000;
    private const int Instances = 1000;
    private const int Loaded = 10_000;
    private const string Source = "bench/transaction.c";

    private static readonly AgentOptions Options = new() { Installation = new InstallationId(0xbe9c4), DataDirectory = "", MayOwnTable = false };

    public static async Task<int> RunAsync()
    {
        Interfaces.Make(Instances);
        var program = await CompileAsync();
        var (single, range, sources, both, native) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        using (var agent = EmbeddedAgent.Open(Options, TimeProvider.System, NullLogger<EmbeddedAgent>.Instance))
        {
            Expect(await agent.SynchroniseAsync([.. Enumerable.Range(0, Instances).Select(i => Instance(i, Single(80)))], CancellationToken.None));
            await TimeAsync(agent, Single(80), Single(8080), WarmUp);
            for (var round = 0; round < Rounds; round++)
            {
                single.Add(await TimeAsync(agent, Single(80), Single(8080)));
                range.Add(await TimeAsync(agent, Range(8200), Range(8300)));
                sources.Add(await TimeAsync(agent, From("203.0.113.0", 22, 22), From("192.0.2.0", 22, 22)));
                both.Add(await TimeAsync(agent, From("203.0.113.0", 8200, 8300), From("192.0.2.0", 8200, 8300)));
                if (program is not null)
                {
                    native.Add(double.Parse(await ExecuteAsync(program, "1000"), CultureInfo.InvariantCulture));
                }
            }
        }

        using (var teardown = Teardown.Open(Options.Installation, takesOver: false, ""))
        {
            teardown.Run();
        }

        Console.WriteLine($"µs: a single port {Median(single):0.0}, a range {Median(range):0.0}, sources {Median(sources):0.0}, both {Median(both):0.0} (medians)");
        Report.Ratio("change of a range / of a single port", range, single, atMost: 3);
        Report.Ratio("change of sources / of a single port", sources, single, atMost: 3);
        Report.Ratio("change of a range's sources / of a single port", both, single, atMost: 3);
        if (program is null)
        {
            Console.WriteLine("change of a single port / the same by a C program: not measured, there is no gcc");
        }
        else
        {
            Report.Ratio("change of a single port / the same by a C program", single, native, atMost: 5);
        }

        Report.Value("loading 10,000 instances into an empty kernel", "s", Load(), atMost: 0.5);
        return 0;
    }

    private static List<double> Load()
    {
        using var session = NftablesSession.Open(Options.Installation, mayOwn: false);
        var times = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            session.Synchronise(new Ruleset(new RulesetOptions(), Enumerable.Range(1, Loaded).Select(i =>
                FilteredAttachment.Interface($"t{i}", 100_000 + (uint)i, PortSet.Of(Open(22, 22), Open(80, 80), Open(443, 443))) with { Owner = new ConnectionOwner(Options.Installation, (uint)i) })));
            times.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
            session.Teardown();
        }

        return times;
    }

    /// <summary>The median, in microseconds, of a change from one port set to the other and back.</summary>
    private static async Task<double> TimeAsync(EmbeddedAgent agent, PortSet one, PortSet other, int turns = Turns)
    {
        var times = new List<double>();
        for (var turn = 0; turn < turns; turn++)
        {
            IReadOnlyList<DesiredInstance> changed = [Instance(Instances / 2, turn % 2 == 0 ? one : other)];
            var began = Stopwatch.GetTimestamp();
            var reports = await agent.ApplyAsync(changed, [], CancellationToken.None);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
            Expect(reports);
        }

        return Median(times);
    }

    private static double Median(IEnumerable<double> values) => Report.Median(values, value => value);

    private static void Expect(IEnumerable<AgentReport> reports)
    {
        if (reports.FirstOrDefault(report => report is not AgentReport.Applied { Problem: null }) is { } other)
        {
            throw new InvalidOperationException($"not applied: {other}");
        }
    }

    // Every instance has a range and one with sources beside what changes.
    private static DesiredInstance Instance(int number, PortSet ports) => new()
    {
        Index = number + 1,
        Revision = 1,
        Attachment = new Attachment.Interface($"t{number}", [], []),
        Ports = PortSet.Of([.. ports.Rules, Open(443, 443), Open(8000, 8100), .. From("198.51.100.0", 5432, 5432).Rules]),
        IsRunning = true,
    };

    // For both families, as a Put has it that names no networks.
    private static PortSet Single(int port) => PortSet.Of(new PortRule(new PortKey(NetworkProtocol.Tcp, port, port), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []));

    private static PortSet Range(int last) => PortSet.Of(Open(8150, last));

    private static PortSet From(string network, int first, int last) => PortSet.Of(new PortRule(
        new PortKey(NetworkProtocol.Tcp, first, last),
        [Cidr.TryParse($"{network}/24", System.Net.Sockets.AddressFamily.InterNetwork, out var block, out var problem) ? block : throw new ArgumentException(problem)],
        [],
        []));

    private static PortRule Open(int first, int last) => new(new PortKey(NetworkProtocol.Tcp, first, last), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []);

    private static async Task<string?> CompileAsync()
    {
        var program = Path.Combine(Path.GetTempPath(), $"portlight-transaction-{Environment.ProcessId}");
        try
        {
            await ExecuteAsync("gcc", "-O2", "-o", program, Source);
            return program;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static async Task<string> ExecuteAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"`{program}` failed");
    }
}
