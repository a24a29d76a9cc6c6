using Portlight.Domain;
using Portlight.TestKit;
using Portlight.Wire.PortlightApi;
using Attachment = Portlight.Domain.Attachment;
using Json = Portlight.Wire.PortlightApi.PortlightJson;

namespace Portlight.Server.Tests.Review;

/// <summary>The instances of an account and region, with what is stored against what is applied.</summary>
public sealed class FleetListTests
{
    [Fact]
    public async Task Every_account_lists_its_own_with_what_is_applied_page_by_page()
    {
        await using var server = await ServerHarness.StartAsync();
        foreach (var i in Enumerable.Range(1, 5))
        {
            await server.AddInstanceAsync($"web-{i}");
        }

        var revision = server.Server.Store.Revision;
        await Until.TrueAsync(() => server.Server.Store.View.AppliedOn(HostName.Local) >= revision, "the kernel");
        var first = await ListAsync(server, new() { MaxResults = 3 });
        var rest = await ListAsync(server, new() { MaxResults = 3, PageToken = first.NextPageToken });

        Assert.Equal(["web-1", "web-2", "web-3", "web-4", "web-5"], first.Instances.Concat(rest.Instances).Select(instance => instance.Name));
        Assert.All(first.Instances, instance => Assert.Equal(instance.DesiredRevision, instance.AppliedRevision));
        Assert.Equal((5, 5, null, revision), (first.Total, rest.Total, rest.NextPageToken, first.Revision));
        Assert.Empty((await server.Client(await server.AddAccountAsync()).SendAsync("Portlight_20261122.ListFleet", new ListFleetRequest(), Json.Default.ListFleetRequest, Json.Default.ListFleetResponse, TestContext.Current.CancellationToken)).Instances);
    }

    [Fact]
    public async Task It_says_since_when_the_kernel_has_what_is_applied_and_not_when_it_was_compared_last()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var made = server.Clock.GetUtcNow();
        await Until.TrueAsync(async () => (await ShownAsync()).AppliedAt == made, "the kernel");

        server.Clock.Advance(TimeSpan.FromMinutes(5));
        var synchronised = server.Agent.Synchronised();
        server.Agent.Drift();
        await synchronised;
        Assert.Equal(made, (await ShownAsync()).AppliedAt);

        await server.CallAsync(
            "PutInstancePublicPorts", new() { InstanceName = "web-1", PortInfos = [new() { FromPort = 443, ToPort = 443, Protocol = "tcp" }] },
            Wire.Lightsail.LightsailJson.Default.PutInstancePublicPortsRequest, Wire.Lightsail.LightsailJson.Default.PutInstancePublicPortsResponse);
        await Until.TrueAsync(async () => (await ShownAsync()).AppliedAt == server.Clock.GetUtcNow(), "the change");

        async Task<InstanceStatus> ShownAsync() => Assert.Single((await ListAsync(server, new())).Instances);
    }

    [Fact]
    public async Task Each_member_narrows_the_list()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        await server.AddInstanceAsync("db-1");
        await server.ChangeAsync("db-1", instance => instance with { State = InstanceState.Stopped, PublicIpv4 = System.Net.IPAddress.Loopback });
        await server.AddInstanceAsync("edge");
        await server.ChangeAsync("edge", instance => instance with { Attachment = new Attachment.ThisHost([], []) { Host = "fra-07" } });
        await server.TagAsync("web-1", "team", "web");
        await Until.TrueAsync(async () => (await NamesAsync(new() { Sync = "applied" })).Length == 2, "the kernel");

        Assert.Equal(["web-1"], await NamesAsync(new() { Query = "WEB" }));
        Assert.Equal(["db-1"], await NamesAsync(new() { Query = "127.0.0" }));
        Assert.Equal(["web-1"], await NamesAsync(new() { Tags = [new() { Key = "team", Value = "web" }] }));
        Assert.Equal(["db-1"], await NamesAsync(new() { State = "stopped" }));
        Assert.Equal(["edge"], await NamesAsync(new() { HostName = "fra-07" }));
        Assert.Equal(["edge"], await NamesAsync(new() { Sync = "waiting" }));
        Assert.Empty(await NamesAsync(new() { Sync = "refused" }));
        Assert.Empty(await NamesAsync(new() { Query = "web", State = "stopped" }));

        async Task<string[]> NamesAsync(ListFleetRequest request) => [.. (await ListAsync(server, request)).Instances.Select(instance => instance.Name)];
    }

    [Theory]
    [InlineData(0, null, null)]
    [InlineData(1001, null, null)]
    [InlineData(1, "sometimes", null)]
    [InlineData(1, null, "bm90IG91cnM")]
    public async Task What_it_cannot_mean_is_refused(int most, string? sync, string? token)
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.Equal("InvalidInputException", (await ServerHarness.RefusalAsync(() => ListAsync(server, new() { MaxResults = most, Sync = sync, PageToken = token }))).Type);
    }

    private static Task<ListFleetResponse> ListAsync(ServerHarness server, ListFleetRequest request) =>
        server.Client().SendAsync("Portlight_20261122.ListFleet", request, Json.Default.ListFleetRequest, Json.Default.ListFleetResponse, TestContext.Current.CancellationToken);
}
