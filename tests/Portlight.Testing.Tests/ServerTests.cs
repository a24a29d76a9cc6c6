using System.Net.Sockets;
using Portlight.TestKit.Network;

namespace Portlight.Testing.Tests;

/// <summary>A server for tests, as its package's README promises it.</summary>
public sealed class ServerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_records_the_ports_that_are_put()
    {
        await using var server = await PortlightServer.StartAsync(new() { ConfirmTimeout = Deadline.Span }, Cancellation);
        using var caller = new Caller(server);
        await caller.CallAsync("CreateInstances", Caller.Create("web-1"));

        var put = await caller.CallAsync("PutInstancePublicPorts", Caller.Put("web-1", 443));

        Assert.Equal("Succeeded", (string?)put["operation"]!["status"]);
        var states = await caller.CallAsync("GetInstancePortStates", """{"instanceName":"web-1"}""");
        Assert.Equal(443, (int?)states["portStates"]!.AsArray().Single()!["fromPort"]);
    }

    [Fact]
    public async Task Servers_side_by_side_share_nothing_but_a_default_key_pair_and_may_share_a_clock()
    {
        var clock = new TestClock();
        var options = new PortlightServerOptions { Clock = clock, Region = "eu-west-1", AccountId = "444455556666" };
        var servers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PortlightServer.StartAsync(options, Cancellation)));
        try
        {
            var keyPairs = new HashSet<string>();
            foreach (var (server, number) in servers.Select((server, number) => (server, number)))
            {
                using var caller = new Caller(server);
                await caller.CallAsync("CreateInstances", Caller.Create($"web-{number}").Replace("us-east-1", "eu-west-1", StringComparison.Ordinal));
                var instances = await caller.CallAsync("GetInstances", "{}");
                Assert.Equal($"arn:aws:lightsail:eu-west-1:444455556666:Instance/", ((string)instances["instances"]!.AsArray().Single()!["arn"]!)[..50]);
                var keyPair = (await caller.CallAsync("GetKeyPairs", """{"includeDefaultKeyPair":true}"""))["keyPairs"]!.AsArray().Single()!;
                keyPairs.Add((string)keyPair["fingerprint"]!);
            }

            // To make one takes longer than the rest of a start.
            Assert.Single(keyPairs);
            clock.Advance(TimeSpan.FromDays(400));
            Assert.All(servers, server => Assert.Same(clock, server.Clock));
            Assert.Equal(4, servers.Select(server => server.Endpoint).Distinct().Count());
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Nothing_is_left_of_a_server_that_was_disposed_of()
    {
        var server = await PortlightServer.StartAsync(cancellationToken: Cancellation);
        var folder = Assert.Single(OpenFolders());
        Assert.True(Directory.Exists(folder));
        var endpoint = server.Endpoint;
        server.Faults.HoldConfirmations();

        await server.DisposeAsync();
        await server.DisposeAsync();

        Assert.False(Directory.Exists(folder));
        Assert.Equal([], OpenFolders());
        using var client = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(endpoint.Host, endpoint.Port, Cancellation).AsTask());
    }

    [Fact]
    public async Task Options_that_no_server_can_have_are_named()
    {
        Assert.Contains("`mars-1` is not a region", (await RefusedAsync(new() { Region = "mars-1" })).Message, StringComparison.Ordinal);
        Assert.Contains("12 digits", (await RefusedAsync(new() { AccountId = "1" })).Message, StringComparison.Ordinal);
        Assert.Equal([], OpenFolders());

        static Task<ArgumentException> RefusedAsync(PortlightServerOptions options) => Assert.ThrowsAsync<ArgumentException>(() => PortlightServer.StartAsync(options, Cancellation));
    }

    [Fact]
    public async Task The_environment_names_endpoint_region_and_key()
    {
        await using var server = await PortlightServer.StartAsync(cancellationToken: Cancellation);
        Assert.Equal(server.Endpoint, new Uri(server.AwsEnvironment["AWS_ENDPOINT_URL"]));
        Assert.Equal((server.Region, server.AccessKeyId, server.SecretAccessKey), (server.AwsEnvironment["AWS_REGION"], server.AwsEnvironment["AWS_ACCESS_KEY_ID"], server.AwsEnvironment["AWS_SECRET_ACCESS_KEY"]));
    }

    /// <summary>Folders of servers in which this process has a file open. Tests of this class run one after the other; those of others are asked for in no other.</summary>
    private static List<string> OpenFolders() =>
    [
        .. Directory.EnumerateFiles("/proc/self/fd")
            .Select(path => new FileInfo(path).LinkTarget)
            .Where(target => target?.StartsWith(Path.Combine(Path.GetTempPath(), "portlight-testing-"), StringComparison.Ordinal) == true)
            .Select(target => Path.GetDirectoryName(target!)!)
            .Distinct(),
    ];
}
