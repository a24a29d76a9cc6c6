using System.Diagnostics;
using Portlight.TestKit;

namespace Portlight.Conformance;

/// <summary>
/// What an operator does with a real machine, by the commands themselves: `portlight attach`, the AWS CLI, `portlight detach`, and packets from elsewhere after each. On an
/// installation of its own, because it closes the machine.
/// </summary>
public sealed class AttachTests : IAsyncLifetime
{
    private const string Machine = "10.9.0.1", Guest = "10.9.1.2";

    private const string Network = """
        netns add outside
        link add wan0 type veth peer name eth0 netns outside
        addr add 10.9.0.1/24 dev wan0
        link set wan0 up
        netns add guest
        link add vm0 type veth peer name eth0 netns guest
        addr add 10.9.1.1/24 dev vm0
        link set vm0 up
        -n outside addr add 10.9.0.2/24 dev eth0
        -n outside link set eth0 up
        -n outside route add default via 10.9.0.1
        -n guest addr add 10.9.1.2/24 dev eth0
        -n guest link set eth0 up
        -n guest route add default via 10.9.1.1
        """;

    private readonly Installation _installation = new();

    public async ValueTask InitializeAsync()
    {
        await _installation.InitializeAsync();
        foreach (var line in Network.Split('\n'))
        {
            await IpAsync(line);
        }

        await RunAsync("sysctl", "procps", "-qw", "net.ipv4.ip_forward=1");
    }

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task This_machine_obeys_the_aws_cli_from_attach_to_detach()
    {
        await using var aws = new AwsCli(_installation);
        await using var listener = await Listener.StartAsync(_installation, at: null, 8080, from: "outside");
        Assert.Equal("connected", await listener.ConnectAsync(Machine));

        Assert.Contains("attached edge", await PortlightAsync("attach", "edge", "--this-host", "--open", "tcp:22", "--yes"), StringComparison.Ordinal);
        Assert.Equal("timed out", await listener.FailToConnectAsync(Machine));
        await PutAsync(aws, "edge", 8080);
        Assert.Equal("connected", await listener.ConnectAsync(Machine));
        await PutAsync(aws, "edge", 22);
        Assert.Equal("timed out", await listener.FailToConnectAsync(Machine));

        Assert.Contains("detached edge", await PortlightAsync("detach", "edge", "--yes"), StringComparison.Ordinal);
        Assert.Equal("connected", await listener.ConnectAsync(Machine));
        Assert.Equal("NotFoundException", (await aws.TryAsync("GetInstance", """{"instanceName": "edge"}""")).Error);
    }

    [Fact]
    public async Task An_interface_obeys_the_aws_cli_from_attach_to_detach_and_is_no_success_while_a_macvlan_leads_around_it()
    {
        await using var aws = new AwsCli(_installation);
        await using var listener = await Listener.StartAsync(_installation, at: "guest", 8080, from: "outside");
        Assert.Equal("connected", await listener.ConnectAsync(Guest));

        Assert.Contains("attached vm", await PortlightAsync("attach", "vm", "--interface", "vm0", "--address", Guest, "--open", "tcp:22", "--yes"), StringComparison.Ordinal);
        Assert.Equal("timed out", await listener.FailToConnectAsync(Guest));
        await PutAsync(aws, "vm", 8080);
        Assert.Equal("connected", await listener.ConnectAsync(Guest));

        await IpAsync("link add upper0 link vm0 type macvlan mode bridge");
        await UntilDoctorSaysAsync("vm is not filtered as its ports say: ");
        var refused = await aws.TryAsync("PutInstancePublicPorts", Ports("vm", 22));
        Assert.Contains("remove `upper0` first", refused.Message, StringComparison.Ordinal);
        await IpAsync("link del upper0");
        await UntilDoctorSaysAsync("1, all filtered as their ports say");
        Assert.Equal("timed out", await listener.FailToConnectAsync(Guest));

        Assert.Contains("detached vm", await PortlightAsync("detach", "vm", "--yes"), StringComparison.Ordinal);
        Assert.Equal("connected", await listener.ConnectAsync(Guest));
    }

    private static string Ports(string instance, int port) =>
        $$"""{"instanceName": "{{instance}}", "portInfos": [{"fromPort": {{port}}, "toPort": {{port}}, "protocol": "tcp"}]}""";

    private static async Task PutAsync(AwsCli aws, string instance, int port) =>
        Assert.Equal("Succeeded", (string)(await aws.CallAsync("PutInstancePublicPorts", Ports(instance, port)))["operation"]!["status"]!);

    private async Task<string> PortlightAsync(params string[] words)
    {
        (var code, var output, var errors) = await _installation.PortlightAsync(words);
        Assert.True(code == 0, $"`portlight {string.Join(' ', words)}` ended with {code}: {output}{errors}");
        return output;
    }

    private Task UntilDoctorSaysAsync(string words)
    {
        var said = "";
        return Until.TrueAsync(
            async () =>
            {
                (_, said, _) = await _installation.PortlightAsync("doctor");
                return said.Contains(words, StringComparison.Ordinal);
            },
            () => $"`{words}` of the doctor: {said}");
    }

    private Task IpAsync(string words) => RunAsync("ip", "iproute2", words.Split(' '));

    private async Task RunAsync(string program, string package, params string[] words)
    {
        (var code, var output, var errors) = await Programs.RunAsync(_installation.Inside(Programs.Find(program, package), words));
        Assert.True(code == 0, $"`{program} {string.Join(' ', words)}` ended with {code}: {output}{errors}");
    }
}
