using System.Net;
using System.Text.Json;
using Portlight.TestKit;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.Netns;

/// <summary>The built program with less than root's rights, as the tight unit of <c>install-service</c> and containers have it.</summary>
public sealed class FewRightsTests : IDisposable
{
    private static readonly IPAddress HostAddress = TestNetwork.Address("10.255.1.1");
    private static readonly string[] NetworkAlone = ["setpriv", "--bounding-set=-all,+net_admin", "--inh-caps=-all"];

    private readonly TestNetwork _network = new();
    private readonly Served _served = new();

    private const string Name = "few";
    private const ushort Always = 9999;

    public void Dispose()
    {
        _served.Dispose();
        _network.Dispose();
    }

    [Fact]
    public async Task With_the_capability_for_networks_alone_everything_is_filtered_and_lab_instances_stay_as_they_are()
    {
        using var client = new PacketSender(_network.AddMachine("client", "client0", Scene.ClientIpv4, Scene.ClientIpv6));
        var server = _served.Start(Name);
        await server.CreateAsync("web-1");
        await PutAsync(server, 7000);
        var lab = await AddressAsync(server, "web-1");
        _served.Run(Name, "attach", "me", "--this-host", "--open", $"7000,{Always}/tcp", "--yes");
        _served.End(server, ServeProcess.TerminateSignal);
        _network.Host.Nft("flush ruleset");

        server = _served.StartBehind(NetworkAlone, Name);

        using var inside = NetworkNode.Named("pl-web-1");
        using var arriving = PacketCapture.Arriving(inside);
        using var delivered = PacketCapture.Delivered(_network.Host, Packet.Tcp);
        var toLab = new PacketProbe(client, arriving, To(lab, Always));
        var toHost = new PacketProbe(client, delivered, To(HostAddress, Always));
        Assert.Equal([true, false], toLab.Verdicts(To(lab, 7000), To(lab, 7001)));
        Assert.Equal([true, false], toHost.Verdicts(To(HostAddress, 7000), To(HostAddress, 7001)));

        // Ports of what is there can be changed. What takes a namespace is refused, and nothing else with it.
        await PutAsync(server, 7001);
        Assert.Equal([false, true], toLab.Verdicts(To(lab, 7000), To(lab, 7001)));
        await server.CreateAsync("web-2");
        Assert.Contains("Operation not permitted", await FailureAsync(server, "web-2"), StringComparison.Ordinal);
        Assert.Equal([false, true], toLab.Verdicts(To(lab, 7000), To(lab, 7001)));
        Assert.Equal([true, false], toHost.Verdicts(To(HostAddress, 7000), To(HostAddress, 7001)));

        // And said: by the doctor that has these rights, and by the status of the instance that cannot be looked after.
        var (_, doctor, _) = PortlightProgram.Run(PortlightProgram.CommandBehind(NetworkAlone, "doctor", "--data", _served.Data(Name)));
        Assert.Contains("CAP_SYS_ADMIN is missing", doctor, StringComparison.Ordinal);
        Assert.Contains("web-1 is filtered as its ports say, but something else was refused", doctor, StringComparison.Ordinal);

        // One that is deleted is cut off at once. Its namespace goes with the next start that may.
        await ChangeAsync(server, "DeleteInstance", """{"instanceName":"web-1"}""");
        Assert.Contains("DOWN", _network.Host.Run("ip", "-br link show pl1"), StringComparison.Ordinal);
        Assert.Contains("pl-web-1", _network.Host.Run("ip", "netns list"), StringComparison.Ordinal);
        _served.End(server, ServeProcess.TerminateSignal);
        _served.Start(Name);
        Assert.DoesNotContain("pl1", _network.Host.Run("ip", "-br link"), StringComparison.Ordinal);
        Assert.DoesNotContain("pl-web-1", _network.Host.Run("ip", "netns list"), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_proc_hides_the_processes_of_others_the_preview_says_so()
    {
        var hiding = _served.StartBehind(["unshare", "--mount", "sh", "-c", "mount -t proc -o hidepid=2 proc /proc && exec \"$@\"", "sh", .. NetworkAlone], Name);
        Assert.Contains("the server may not see every process", Preview(), StringComparison.Ordinal);
        _served.End(hiding, ServeProcess.TerminateSignal);

        _served.Start(Name);
        Assert.DoesNotContain("the server may not see every process", Preview(), StringComparison.Ordinal);

        // Nobody says yes, so nothing is attached.
        string Preview() => PortlightProgram.Run("attach", "me", "--this-host", "--open", "tcp:22", "--data", _served.Data(Name)).Error;
    }

    [Theory]
    [InlineData("+net_admin", 22, true)] // whoever holds a connection to it
    [InlineData("+net_admin", 2222, false)]
    [InlineData("+net_admin,+sys_ptrace", 2222, true)]
    public async Task Ssh_on_another_port_than_its_own_is_guarded_by_a_server_that_may_look_into_processes(string capabilities, int port, bool isGuarded)
    {
        var client = _network.AddMachine("client", "client0", Scene.ClientIpv4, Scene.ClientIpv6);
        var server = _served.StartBehind(["setpriv", $"--bounding-set=-all,{capabilities}", "--inh-caps=-all"], Name);
        _served.Run(Name, "attach", "me", "--this-host", "--open", $"tcp:{port}", "--yes");
        using var ssh = SshProcess.Start(_network.Host, port);
        using var session = ssh.Connect(client, new IPEndPoint(HostAddress, port));

        var (status, body) = await server.CallAsync("PutInstancePublicPorts", $$"""{"instanceName":"me","portInfos":[{{Rule(Always)}}]}""");

        Assert.Equal((isGuarded ? 400 : 200, isGuarded), (status, body.Contains("an SSH session that is open now", StringComparison.Ordinal)));
    }

    private static Task PutAsync(ServeProcess server, int port) => ChangeAsync(server, "PutInstancePublicPorts", $$"""{"instanceName":"web-1","portInfos":[{{Rule(port)}},{{Rule(Always)}}]}""");

    private static string Rule(int port) => $$"""{"fromPort":{{port}},"toPort":{{port}},"protocol":"tcp"}""";

    private static async Task ChangeAsync(ServeProcess server, string operation, string body)
    {
        var (status, answer) = await server.CallAsync(operation, body);
        Assert.True(status == 200 && answer.Contains("\"Succeeded\"", StringComparison.Ordinal), answer);
    }

    /// <summary>How the last operation on a resource failed; waits until it has ended.</summary>
    private static async Task<string> FailureAsync(ServeProcess server, string resource)
    {
        var (failure, seen) = ("", "");
        await Until.TrueAsync(
            async () =>
            {
                (_, seen) = await server.CallAsync("GetOperationsForResource", $$"""{"resourceName":"{{resource}}"}""");
                using var json = JsonDocument.Parse(seen);
                var operation = json.RootElement.GetProperty("operations")[0];
                failure = operation.GetProperty("status").GetString() == "Failed" ? operation.GetProperty("errorDetails").GetString()! : "";
                return failure.Length > 0;
            },
            () => $"the failure of {seen}");
        return failure;
    }

    private static async Task<IPAddress> AddressAsync(ServeProcess server, string instance)
    {
        var (_, body) = await server.CallAsync("GetInstance", $$"""{"instanceName":"{{instance}}"}""");
        using var json = JsonDocument.Parse(body);
        return TestNetwork.Address(json.RootElement.GetProperty("instance").GetProperty("publicIpAddress").GetString()!);
    }

    private static Packet To(IPAddress address, ushort port) => new() { Source = TestNetwork.Address(Scene.ClientIpv4), Destination = address, Protocol = Packet.Tcp, Port = port };
}
