using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.Netns.Storm;

/// <summary>
/// A server that enforces, killed under load at any moment and started again: every acknowledged write is there, what was not acknowledged is there wholly or
/// not at all, and packets find the kernel to hold what the server answers.
/// </summary>
public sealed class KillStormTests : IDisposable
{
    /// <summary>UDP ports that the writers open and close, and that are looked at.</summary>
    internal static readonly ushort[] Ports = [10_000, 10_001, 10_010, 10_011, 20_000, 30_000, 40_000, 50_000];

    private const string Client = "198.51.100.10";
    private const string Guest = "203.0.113.77";

    private static readonly bool Storm = Environment.GetEnvironmentVariable("PORTLIGHT_STORM") == "1";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("portlight-storm-");
    private readonly TestNetwork _network = new();
    private readonly NetworkNode _client;
    private readonly NetworkNode _guest;
    private readonly PacketSender _sender;
    private readonly Subject[] _subjects =
    [
        new("guest", comesAndGoes: false),
        .. Enumerable.Range(1, 3).Select(number => new Subject($"web-{number}", comesAndGoes: false)),
        .. Enumerable.Range(1, 2).Select(number => new Subject($"job-{number}", comesAndGoes: true)),
    ];

    public KillStormTests()
    {
        _client = _network.AddMachine("client", "client0", Client);
        _guest = _network.AddMachine("guest", "vc0", Guest);
        _sender = new PacketSender(_client);
    }

    private string Data => Path.Combine(_directory.FullName, "data");

    public void Dispose()
    {
        using (var teardown = Agent.Teardown.Open(null, takesOver: true, Data))
        {
            teardown.Run();
        }

        _sender.Dispose();
        _network.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_the_kernel_holds_what_is_answered()
    {
        var random = new Random(20261126);
        var (began, writes, rounds) = (Stopwatch.GetTimestamp(), 0, Storm ? 1000 : 3);
        using (var first = await StartAsync())
        {
            await FurnishAsync(first);
            first.Kill();
            await first.EndAsync();
        }

        for (var round = 1; round <= rounds; round++)
        {
            using var server = await StartAsync();
            foreach (var subject in _subjects)
            {
                subject.Find(await AnsweredAsync(server, subject));
                Assert.True(InKernel(subject) == subject.Acknowledged, $"round {round}: {subject.Name} is answered as {subject.Acknowledged} and is {InKernel(subject)} in the kernel");
            }

            writes += await WriteAndKillAsync(server, random);
            if (Storm && round % 50 == 0)
            {
                Console.WriteLine($"kill storm: {round} kills, {writes} acknowledged writes, {Stopwatch.GetElapsedTime(began):hh\\:mm\\:ss}");
            }
        }

        Assert.True(writes >= rounds, $"{writes} acknowledged writes in {rounds} rounds are too few");
    }

    private Task<ServeProcess> StartAsync() => ServeProcess.StartAsync(ServeProcess.CommandOn(Data, "kernel"), Data);

    private async Task FurnishAsync(ServeProcess server)
    {
        await Done(server.CallAsync("Portlight_20261122.AttachInstance", $$"""{"instanceName":"guest","interfaceName":"vc0","addresses":["{{Guest}}"]}"""));
        foreach (var subject in _subjects.Where(subject => !subject.ComesAndGoes))
        {
            if (subject.Name != "guest")
            {
                await server.CreateAsync(subject.Name);
            }

            subject.Ask(new Subject.State(Exists: true, 0));
            await Done(PutAsync(server, subject.Name, 0));
            subject.Acknowledge();
        }

        static async Task Done(Task<(int Status, string Body)> call)
        {
            var (status, body) = await call;
            Assert.True(status == 200, body);
        }
    }

    /// <summary>Every subject's writer at once, until so many writes are acknowledged; then the kill, wherever they are. Returns how many there were.</summary>
    private async Task<int> WriteAndKillAsync(ServeProcess server, Random random)
    {
        var (acknowledged, limit, spin) = (0, random.Next(1, 60), random.Next(200_000));
        var seeds = _subjects.Select(_ => random.Next()).ToArray();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writers = _subjects.Select((subject, number) => Task.Run(() => WriteAsync(subject, new Random(seeds[number])))).ToArray();
        await Task.WhenAny(enough.Task, Task.WhenAll(writers));
        Thread.SpinWait(spin);
        server.Kill();
        await server.EndAsync();
        await Task.WhenAll(writers);
        return acknowledged;

        async Task WriteAsync(Subject subject, Random own)
        {
            while (true)
            {
                var next = subject.ComesAndGoes ? new Subject.State(!subject.Acknowledged.Exists, null) : new Subject.State(Exists: true, (byte)own.Next(256));
                subject.Ask(next);
                try
                {
                    var (status, body) = await CallAsync(server, subject, next);
                    Assert.True(status == 200, body);
                }
                catch (HttpRequestException)
                {
                    return; // killed
                }

                subject.Acknowledge();
                if (Interlocked.Increment(ref acknowledged) == limit)
                {
                    enough.TrySetResult();
                }
            }
        }
    }

    private static Task<(int Status, string Body)> CallAsync(ServeProcess server, Subject subject, Subject.State next) => (subject.ComesAndGoes, next.Exists) switch
    {
        (false, _) => PutAsync(server, subject.Name, next.Ports!.Value),
        (true, true) => server.CallAsync("CreateInstances", ServeProcess.CreateBody(subject.Name)),
        (true, false) => server.CallAsync("DeleteInstance", $$"""{"instanceName":"{{subject.Name}}"}"""),
    };

    private static Task<(int Status, string Body)> PutAsync(ServeProcess server, string name, byte ports)
    {
        var rules = Ports.Where((_, bit) => (ports >> bit & 1) != 0).Select(port => $$"""{"fromPort":{{port}},"toPort":{{port}},"protocol":"udp"}""");
        return server.CallAsync("PutInstancePublicPorts", $$"""{"instanceName":"{{name}}","portInfos":[{{string.Join(',', rules)}}]}""");
    }

    private static async Task<Subject.State> AnsweredAsync(ServeProcess server, Subject subject)
    {
        var (status, body) = await server.CallAsync("GetInstancePortStates", $$"""{"instanceName":"{{subject.Name}}"}""");
        if (status == 400 && body.Contains("NotFoundException", StringComparison.Ordinal))
        {
            return default(Subject.State) with { Ports = 0 };
        }

        Assert.True(status == 200, body);
        using var json = JsonDocument.Parse(body);
        var open = json.RootElement.GetProperty("portStates").EnumerateArray().Where(state => state.GetProperty("protocol").GetString() == "udp").Select(state => state.GetProperty("fromPort").GetInt32()).ToHashSet();
        return new Subject.State(Exists: true, (byte)Ports.Select((port, bit) => open.Contains(port) ? 1 << bit : 0).Sum());
    }

    /// <summary>What packets find.</summary>
    private Subject.State InKernel(Subject subject)
    {
        if (subject.Name == "guest")
        {
            return new Subject.State(Exists: true, Open(_guest, TestNetwork.Address(Guest)));
        }

        // What is mounted there is a namespace; a file alone is none.
        if (!File.ReadLines("/proc/self/mountinfo").Any(line => line.Contains($" /run/netns/pl-{subject.Name} ", StringComparison.Ordinal)))
        {
            return new Subject.State(Exists: false, 0);
        }

        using var inside = NetworkNode.Named($"pl-{subject.Name}");
        var address = inside.Run("ip", "-4 -o address show dev eth0").Split([' ', '/'], StringSplitOptions.RemoveEmptyEntries).First(word => word.StartsWith("198.18.", StringComparison.Ordinal) || word.StartsWith("198.19.", StringComparison.Ordinal));
        return new Subject.State(Exists: true, Open(inside, TestNetwork.Address(address)));
    }

    private byte Open(NetworkNode inside, IPAddress address)
    {
        using var listener = _client.Udp(new IPEndPoint(TestNetwork.Address(Client), 0));
        using var beginner = inside.Udp(new IPEndPoint(address, 0));
        beginner.SendTo([1], listener.LocalEndPoint!);
        Assert.Equal(1, listener.Receive(new byte[8]));
        var reply = To(address, (ushort)((IPEndPoint)beginner.LocalEndPoint!).Port) with { SourcePort = (ushort)((IPEndPoint)listener.LocalEndPoint!).Port };
        using var capture = PacketCapture.Arriving(inside);
        var passed = new PacketProbe(_sender, capture, reply).Verdicts([.. Ports.Select(port => To(address, port))]);
        return (byte)passed.Select((isOpen, bit) => isOpen ? 1 << bit : 0).Sum();
    }

    private static Packet To(IPAddress address, ushort port) => new() { Source = TestNetwork.Address(Client), Destination = address, Protocol = Packet.Udp, Port = port };
}
