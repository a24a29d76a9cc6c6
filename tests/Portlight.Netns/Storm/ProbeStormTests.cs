using System.Globalization;
using System.Net;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.Netns.Storm;

/// <summary>
/// Whatever becomes of the server (stopped, killed, started twice, started wrongly, started with other settings as by an upgrade) and of what it filters
/// (renamed), nothing leaks to a port that must stay closed and nothing is lost on the way to one that must stay open.
/// </summary>
[Trait("machine", "alone")]
public sealed class ProbeStormTests : IDisposable
{
    private const int OpenPort = 80;
    private const int ClosedPort = 9999;
    private const string Listen = "http://127.0.0.1:18581";
    private const string MachineAddress = "203.0.113.50";

    private readonly Served _served = new();
    private readonly TestNetwork _network = new();
    private readonly Random _random = new(7);
    private ServeProcess _server = null!;
    private string _policy = "cut";

    public void Dispose()
    {
        _served.Dispose();
        _network.Dispose();
    }

    [Fact]
    public void Nothing_leaks_and_nothing_is_lost_whatever_becomes_of_the_server()
    {
        // PORTLIGHT_STORM=1 makes it two hundred events.
        var rounds = Environment.GetEnvironmentVariable("PORTLIGHT_STORM") == "1" ? 25 : 1;
        var client = _network.AddMachine("client", Scene.ClientLink, Scene.ClientIpv4);
        var machine = _network.AddMachine("vm", "vm0", MachineAddress);
        Start();
        Attach("vm", "--interface", "vm0");
        Attach("me", "--this-host");
        using var toMachine = Probe(client, machine, TestNetwork.Address(MachineAddress));
        using var toHost = Probe(client, _network.Host, TestNetwork.Address("10.255.1.1"));

        (string Name, Action Happen)[] events =
        [
            ("stopped and started", () => Restart(ServeProcess.TerminateSignal)),
            ("killed and started", () => Restart(ServeProcess.KillSignal)),
            ("a start on a port that is taken", () => StartRefused(Listen)),
            ("a second server", () => StartRefused("http://127.0.0.1:0")),
            ("a start with another data directory", StartWithAnotherDirectory),
            ("the ruleset flushed by another program", () => _network.Host.Run("nft", "flush ruleset")),
            ("a link renamed and named back", Rename),
            ("started with another policy, which rewrites the chains as an upgrade does", ChangePolicy),
        ];
        var said = new List<string>();
        for (var i = 0; i < rounds * events.Length; i++)
        {
            var (name, happen) = i < events.Length ? events[i] : events[_random.Next(events.Length)];
            var first = toMachine.Sent + 1;
            happen();
            said.Add(string.Create(CultureInfo.InvariantCulture, $"{first} to {toMachine.Sent}: {name}"));
        }

        AssertUnharmed("the attached machine", toMachine, said);
        AssertUnharmed("this machine", toHost, said);
    }

    private static Probes Probe(NetworkNode client, NetworkNode inside, IPAddress address) => new(
        client.Udp(new IPEndPoint(TestNetwork.Address(Scene.ClientIpv4), 0)),
        inside.Udp(new IPEndPoint(address, OpenPort)),
        inside.Udp(new IPEndPoint(address, ClosedPort)));

    private static void AssertUnharmed(string what, Probes probes, List<string> events)
    {
        var (sent, lost, leaked) = probes.Stop();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {sent} packets to each port, {lost.Count} lost, {leaked} leaked, {events.Count} events"));
        Assert.True(lost.Count == 0 && leaked == 0, string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {sent} packets to each port, {lost.Count} lost ({string.Join(' ', lost.Take(20))}), {leaked} leaked\n{string.Join('\n', events)}"));
    }

    private void Start() => _server = _served.Start("first", "--listen", Listen, "--connections", _policy);

    private void Restart(int signal)
    {
        _served.End(_server, signal);
        Start();
    }

    private void Attach(string name, params string[] where)
    {
        var (code, output, error) = PortlightProgram.Run(["attach", "--data", _served.Data("first"), name, .. where, "--open", "udp:80", "--yes"]);
        Assert.True(code == 0, $"{name} was not attached: {output}{error}");
    }

    private void StartRefused(string listen)
    {
        var (code, output, _) = PortlightProgram.Run("serve", "--data", _served.Data("other"), "--enforce", "kernel", "--listen", listen);
        Assert.True(code == 1, $"a server that must not start did: {output}");
    }

    private void StartWithAnotherDirectory()
    {
        _served.End(_server, ServeProcess.TerminateSignal);
        StartRefused(Listen);
        Start();
    }

    private void Rename()
    {
        _network.Host.Run("ip", "link set vm0 name renamed0");
        _network.Host.Run("ip", "link set renamed0 name vm0");
    }

    private void ChangePolicy()
    {
        _policy = _policy == "cut" ? "drain" : "cut";
        Restart(ServeProcess.TerminateSignal);
    }
}
