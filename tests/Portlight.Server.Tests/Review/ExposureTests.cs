using Portlight.Domain;
using Portlight.Wire.PortlightApi;
using Attachment = Portlight.Domain.Attachment;
using Json = Portlight.Wire.PortlightApi.PortlightJson;

namespace Portlight.Server.Tests.Review;

/// <summary>What is open to whom, over all instances.</summary>
public sealed class ExposureTests
{
    private static readonly PortSet Web = Ports("443", "22 from 10.0.0.0/8");

    [Fact]
    public async Task Ports_are_counted_by_how_wide_they_are_open_and_instances_that_are_alike_are_one_class()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1", Web);
        await server.AddInstanceAsync("web-2", Web);
        await server.AddInstanceAsync("odd", Ports("22", "5432 from 192.0.2.7/32"));

        var answer = await AskAsync(server, new());

        Assert.Equal(["443/tcp 2 0 0", "22/tcp 1 2 0", "5432/tcp 0 0 1"], answer.Ports.Select(port => $"{port.FromPort}/{port.Protocol} {port.Everyone} {port.Networks} {port.One}"));
        Assert.Equal(["2 web-1 web-2", "1 odd"], answer.Classes.Select(one => $"{one.Instances} {string.Join(' ', one.InstanceNames)}"));
        Assert.Equal([("sshToEveryone", "odd")], answer.Findings.Select(one => (one.Kind, string.Join(' ', one.InstanceNames))));
        Assert.Equal((3, server.Server.Store.Revision), (answer.Instances, answer.Revision));
    }

    [Fact]
    public async Task Of_one_port_it_names_the_instances_that_let_it_in()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1", Web);
        await server.AddInstanceAsync("odd", Ports("22"));
        await server.AddInstanceAsync("closed", PortSet.Empty);

        var answer = await AskAsync(server, new() { Port = new() { Protocol = "tcp", FromPort = 22, ToPort = 22 } });

        Assert.Equal(["odd everyone 0.0.0.0/0", "web-1 networks 10.0.0.0/8"], answer.Reached.Select(one => $"{one.InstanceName} {one.Width} {string.Join(' ', one.Cidrs)}"));
    }

    [Fact]
    public async Task Networks_that_are_not_filtered_reach_every_port()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("vm-1", PortSet.Empty);
        await server.ChangeAsync("vm-1", instance => instance with { Attachment = new Attachment.Interface("tap0", [], [Cidr.Create(System.Net.Sockets.AddressFamily.InterNetwork, 0x0A000000, 8)]) });

        var answer = await AskAsync(server, new() { Port = new() { Protocol = "tcp", FromPort = 5432, ToPort = 5432 } });

        Assert.Equal("vm-1 networks", Assert.Single(answer.Reached.Select(one => $"{one.InstanceName} {one.Width}")));
        Assert.Equal("all 1", Assert.Single(answer.Ports.Select(port => $"{port.Protocol} {port.Networks}")));
    }

    [Fact]
    public async Task What_nothing_filters_is_found_and_is_reached_by_everyone()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Agent.Enforces = false;
        await server.AddInstanceAsync("web-1", PortSet.Empty);

        var answer = await AskAsync(server, new() { Port = new() { Protocol = "tcp", FromPort = 5432, ToPort = 5432 } });

        Assert.Equal("notFiltered", Assert.Single(answer.Findings).Kind);
        Assert.Equal("everyone", Assert.Single(answer.Reached).Width);
    }

    [Fact]
    public async Task A_class_tells_the_tags_that_all_of_it_have_with_the_same_value()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1", Web);
        await server.AddInstanceAsync("web-2", Web);
        await server.AddInstanceAsync("odd", Ports("22"));
        await server.TagAsync("web-1", "role", "web");
        await server.TagAsync("web-1", "env", "prod");
        await server.TagAsync("web-2", "role", "web");
        await server.TagAsync("web-2", "env", "test");

        var answer = await AskAsync(server, new());

        Assert.Equal(["role=web", ""], answer.Classes.Select(one => string.Join(' ', one.TagsInCommon.Select(tag => $"{tag.Key}={tag.Value}"))));
    }

    [Fact]
    public async Task Tags_narrow_it()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1", Web);
        await server.AddInstanceAsync("odd", Ports("22"));
        await server.TagAsync("web-1", "team", "web");

        Assert.Equal(1, (await AskAsync(server, new() { Tags = [new() { Key = "team" }] })).Instances);
        Assert.Equal(0, (await AskAsync(server, new() { Tags = [new() { Key = "team", Value = "db" }] })).Instances);
    }

    [Fact]
    public async Task An_account_sees_its_own_instances_alone()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1", Web);

        Assert.Equal(0, (await server.Client(await server.AddAccountAsync()).SendAsync("Portlight_20261122.GetExposure", new GetExposureRequest(), Json.Default.GetExposureRequest, Json.Default.GetExposureResponse, TestContext.Current.CancellationToken)).Instances);
    }

    [Theory]
    [InlineData("tcp", 22, 23)]
    [InlineData("all", 0, 65535)]
    [InlineData("gre", 0, 0)]
    public async Task More_than_one_port_is_refused(string protocol, int from, int to)
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.Contains("port", (await ServerHarness.RefusalAsync(() => AskAsync(server, new() { Port = new() { Protocol = protocol, FromPort = from, ToPort = to } }))).Message, StringComparison.Ordinal);
    }

    private static Task<GetExposureResponse> AskAsync(ServerHarness server, GetExposureRequest request) =>
        server.Client().SendAsync("Portlight_20261122.GetExposure", request, Json.Default.GetExposureRequest, Json.Default.GetExposureResponse, TestContext.Current.CancellationToken);

    /// <summary><c>443</c>: everybody of IPv4; <c>22 from 10.0.0.0/8</c>.</summary>
    private static PortSet Ports(params string[] rules) => PortSet.Of(rules.Select(rule =>
    {
        var parts = rule.Split(" from ");
        var port = int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture);
        var sources = parts.Length == 1 ? Cidr.AnyIpv4 : Cidr.TryParse(parts[1], System.Net.Sockets.AddressFamily.InterNetwork, out var block, out _) ? block : throw new FormatException(rule);
        return new PortRule(new PortKey(NetworkProtocol.Tcp, port, port), [sources], [], []);
    }));
}
