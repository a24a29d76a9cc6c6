namespace Portlight.Server.Tests.Tenants;

/// <summary>An instance is written whole for each revision, to its row and to the log: a request that changes nothing makes none.</summary>
public sealed class UnchangedPortsTests
{
    private const string Web = """{"instanceName":"web-1","portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp"}]}""";

    [Theory]
    [InlineData("PutInstancePublicPorts", Web)]
    [InlineData("OpenInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":443,"toPort":443,"protocol":"tcp"}}""")]
    [InlineData("OpenInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":443,"toPort":443,"protocol":"tcp","cidrs":["0.0.0.0/0"]}}""")]
    [InlineData("CloseInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":22,"toPort":22,"protocol":"tcp"}}""")]
    [InlineData("TagResource", """{"resourceName":"web-1","tags":[{"key":"team","value":"web"}]}""")]
    [InlineData("UntagResource", """{"resourceName":"web-1","tagKeys":["other"]}""")]
    public async Task What_changes_nothing_makes_no_revision_and_an_operation_that_has_succeeded(string operation, string body)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        await server.SendAsync("PutInstancePublicPorts", Web);
        await server.TagAsync("web-1", "team", "web");
        await server.SettleAsync();
        var revision = server.Server.Store.Revision;

        var answer = await server.SendAsync(operation, body);

        var record = answer.Has("operation") ? answer.GetProperty("operation") : answer.GetProperty("operations")[0];
        Assert.Equal("Succeeded", record.Text("status"));
        Assert.Equal("Succeeded", (await server.OperationAsync(record)).Text("status"));
        Assert.Equal(revision, server.Server.Store.Revision);
    }

    [Fact]
    public async Task What_the_kernel_does_not_filter_is_tried_again_when_it_is_asked_for_again()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        server.Agent.Unfilters = _ => "the interface is gone";
        Assert.Equal("OperationFailureException", (await server.AskAsync(server.Credentials, "PutInstancePublicPorts", Web)).Type);
        server.Agent.Unfilters = _ => null;

        Assert.Equal("ok", (await server.AskAsync(server.Credentials, "PutInstancePublicPorts", Web)).Type);
    }

    [Fact]
    public async Task Sources_over_all_rules_are_bounded()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var sources = string.Join(',', Enumerable.Range(0, 60).Select(i => $"\"10.0.0.{i}\""));
        string Rules(int count) => string.Join(',', Enumerable.Range(1, count).Select(port => $$"""{"fromPort":{{port}},"toPort":{{port}},"protocol":"tcp","cidrs":[{{sources}}]}"""));

        await server.SendAsync("PutInstancePublicPorts", $$"""{"instanceName":"web-1","portInfos":[{{Rules(53)}}]}""");
        var refusal = await server.RefuseAsync("PutInstancePublicPorts", $$"""{"instanceName":"web-1","portInfos":[{{Rules(54)}}]}""");

        Assert.Contains("3240 sources over all its rules; at most 3200 are allowed", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(53 * 60, server.Server.Store.View.FindInstance(server.Scope, "web-1")!.Ports.Rules.Sum(rule => rule.Ipv4Sources.Length));
    }
}
