using System.Net;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.Netns;

/// <summary>
/// The SSH guard of a server that may not look into processes, as the tight unit of <c>install-service</c> runs it: SSH servers are known by the cgroups of their
/// sockets, on whatever port they listen.
/// </summary>
public sealed class SshUnitTests : IDisposable
{
    private const string Name = "units";
    private const int Port = 2222;
    private const string Session = "user.slice/session-1.scope";

    private static readonly string[] NetworkAlone = ["setpriv", "--bounding-set=-all,+net_admin", "--inh-caps=-all"];

    private readonly CgroupTree _cgroups = CgroupTree.Make();
    private readonly TestNetwork _network = new();
    private readonly Served _served = new();
    private readonly NetworkNode _client;

    public SshUnitTests() => _client = _network.AddMachine("client", "client0", Scene.ClientIpv4, Scene.ClientIpv6);

    public void Dispose()
    {
        _served.Dispose();
        _network.Dispose();
        _cgroups.Dispose();
    }

    [Theory]
    [InlineData("system.slice/ssh.service", false, true)]
    [InlineData("system.slice/sshd.service", true, true)] // the session outlives its listener
    [InlineData("system.slice/ssh.socket", false, true)] // systemd listens
    [InlineData("system.slice/dropbear.service", false, true)]
    [InlineData("system.slice/nginx.service", false, false)]
    [InlineData("user.slice/ssh.service", false, false)] // a user's own
    public async Task A_session_is_known_by_the_unit_that_took_its_connection_wherever_its_process_was_moved(string unit, bool closesListener, bool isGuarded)
    {
        var server = Attached();
        using var ssh = SshProcess.Start(_network.Host, Port, closesListener: closesListener, before: _cgroups.Unit(unit));
        using var session = ssh.Connect(_client, new IPEndPoint(TestNetwork.Address("10.255.1.1"), Port), closesListener);
        _cgroups.Move(unit, Session);

        Assert.Equal(isGuarded, await IsRefusedAsync(server));
    }

    [Fact]
    public async Task A_session_from_before_a_restart_of_the_unit_is_known_by_the_port_that_it_listens_on()
    {
        const string Unit = "system.slice/ssh.service";
        var server = Attached();
        using var before = SshProcess.Start(_network.Host, Port, closesListener: true, before: _cgroups.Unit(Unit));
        using var session = before.Connect(_client, new IPEndPoint(TestNetwork.Address("10.255.1.1"), Port), closesListener: true);
        _cgroups.Move(Unit, Session);
        _cgroups.Remove(Unit);
        using var after = SshProcess.Start(_network.Host, Port, before: _cgroups.Unit(Unit));

        Assert.True(await IsRefusedAsync(server));
    }

    private ServeProcess Attached()
    {
        var server = _served.StartBehind([.. _cgroups.AsMachine, .. NetworkAlone], Name);
        _served.Run(Name, "attach", "me", "--this-host", "--open", $"tcp:{Port}", "--yes");
        return server;
    }

    private static async Task<bool> IsRefusedAsync(ServeProcess server)
    {
        var (status, body) = await server.CallAsync("PutInstancePublicPorts", """{"instanceName":"me","portInfos":[{"fromPort":9999,"toPort":9999,"protocol":"tcp"}]}""");
        var isRefused = body.Contains("an SSH session that is open now", StringComparison.Ordinal);
        Assert.Equal(isRefused ? 400 : 200, status);
        return isRefused;
    }
}
