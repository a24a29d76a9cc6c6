using Portlight.Domain;
using Portlight.TestKit;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Server.Tests;

/// <summary>What the agent says is wrong beside an instance whose ports are in force.</summary>
public sealed class AgentProblemTests
{
    private static readonly PortlightJson Json = PortlightJson.Default;

    [Fact]
    public async Task What_is_wrong_beside_an_instance_fails_no_change_of_ports_and_status_tells_it_until_it_is_repaired()
    {
        const string Problem = "`pl1`: IPv6 is switched off (EACCES)";
        await using var server = await ServerHarness.StartAsync();
        server.Agent.Problems = _ => Problem;
        var instance = await server.AddInstanceAsync("web-1", PortSet.Empty);

        var put = await server.CallAsync(
            "PutInstancePublicPorts",
            new() { InstanceName = "web-1", PortInfos = [new() { FromPort = 443, ToPort = 443, Protocol = "tcp" }] },
            LightsailJson.Default.PutInstancePublicPortsRequest,
            LightsailJson.Default.PutInstancePublicPortsResponse);

        Assert.Equal("Succeeded", put.Operation.Status);
        var shown = await ShownAsync(server);
        Assert.True(shown.DesiredRevision > instance.Revision);
        Assert.Equal((shown.DesiredRevision, Problem, null, null), (shown.AppliedRevision, shown.LastError, shown.NotFiltered, shown.Note));
        Assert.Equal(server.Clock.GetUtcNow(), shown.LastErrorAt);
        Assert.True(server.Server.Hosts.Local.IsEnforcing);

        server.Agent.Problems = _ => null;
        var synchronised = server.Agent.Synchronised();
        server.Agent.Drift();
        await synchronised;
        await Until.TrueAsync(() => server.Server.Hosts.Local.Outcomes.LastRefusal(instance.Index) is null, "the agent's word that nothing is wrong any more");
        shown = await ShownAsync(server);
        Assert.Equal((shown.DesiredRevision, null, null), (shown.AppliedRevision, shown.LastError, shown.LastErrorAt));
    }

    private static async Task<InstanceStatus> ShownAsync(ServerHarness server) => Assert.Single(
        (await server.Client().SendAsync("Portlight_20261122.GetStatus", new(), Json.GetStatusRequest, Json.GetStatusResponse, TestContext.Current.CancellationToken)).Instances);
}
