using System.Net;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;
using Attachment = Portlight.Domain.Attachment;

namespace Portlight.Server.Tests.Review;

/// <summary>What a change of ports would do, asked beforehand.</summary>
public sealed class PreviewPortsTests
{
    private static readonly PortSet Ssh = PortSet.Of(PortRule.FromEverywhere(new PortKey(NetworkProtocol.Tcp, 22, 22)));

    [Fact]
    public async Task It_says_what_becomes_of_packets_and_writes_nothing()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1", Ssh);
        var revision = server.Server.Store.Revision;

        var preview = await server.PreviewAsync(new() { InstanceName = "web-1", PortInfos = [ReviewCalls.Tcp(22, "10.0.0.0/9", "10.128.0.0/9"), ReviewCalls.Tcp(443)] });

        Assert.Equal(["narrows 22", "opens 443"], preview.Effects.Select(effect => $"{effect.Kind} {effect.FromPort}"));
        Assert.Equal(["0.0.0.0/0", "::/0"], preview.Effects[0].Before.Cidrs.Concat(preview.Effects[0].Before.Ipv6Cidrs));
        Assert.Equal(["10.0.0.0/8"], preview.Effects[0].After.Cidrs.Concat(preview.Effects[0].After.Ipv6Cidrs));
        Assert.Equal([22], preview.PortStatesBefore.Select(state => state.FromPort));
        Assert.Equal([22, 443], preview.PortStatesAfter.Select(state => state.FromPort));
        Assert.Empty(preview.Refusals);
        Assert.Empty(preview.Problems);
        Assert.Equal(instance.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture), preview.EntityTag);
        Assert.Equal(revision, server.Server.Store.Revision);
    }

    [Fact]
    public async Task Open_and_close_are_previewed_as_they_would_be_done()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1", Ssh);

        Assert.Equal(["opens 443"], await EffectsAsync(new() { InstanceName = "web-1", Open = ReviewCalls.Tcp(443) }));
        Assert.Equal(["closes 22"], await EffectsAsync(new() { InstanceName = "web-1", Close = ReviewCalls.Tcp(22) }));
        Assert.Empty(await EffectsAsync(new() { InstanceName = "web-1", Open = ReviewCalls.Tcp(22, "10.0.0.0/8") }));

        async Task<IEnumerable<string>> EffectsAsync(PreviewPortsRequest request) => (await server.PreviewAsync(request)).Effects.Select(effect => $"{effect.Kind} {effect.FromPort}");
    }

    [Fact]
    public async Task Every_problem_of_the_rules_is_in_the_answer_with_its_place()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1", Ssh);

        var preview = await server.PreviewAsync(new() { InstanceName = "web-1", PortInfos = [ReviewCalls.Tcp(70000), ReviewCalls.Tcp(443, "10.1")] });

        Assert.Equal(["portInfos[0].fromPort", "portInfos[0].toPort", "portInfos[1].cidrs[0]"], preview.Problems.Select(problem => problem.Field).Order(StringComparer.Ordinal));
        Assert.Equal((0, 0, 1), (preview.Effects.Count, preview.PortStatesAfter.Count, preview.PortStatesBefore.Count));
    }

    [Fact]
    public async Task A_change_that_policies_would_refuse_is_previewed_with_the_refusal()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1", Ssh);
        var user = await server.AddUserAsync("dev", [
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["lightsail:*","portlight:PreviewPorts"],"Resource":"*"},{"Sid":"NoDatabase","Effect":"Deny","Action":"lightsail:PutInstancePublicPorts","Resource":"*","Condition":{"NumericEquals":{"portlight:FromPort":"5432"}}}]}"""]);

        Assert.Empty((await server.PreviewAsync(new() { InstanceName = "web-1", PortInfos = [ReviewCalls.Tcp(443)] }, user)).Refusals);
        var refused = await server.PreviewAsync(new() { InstanceName = "web-1", PortInfos = [ReviewCalls.Tcp(443), ReviewCalls.Tcp(5432)] }, user);

        Assert.Contains("lightsail:PutInstancePublicPorts", Assert.Single(refused.Refusals), StringComparison.Ordinal);
        Assert.Contains("portInfos[1] (5432/tcp", refused.Refusals[0], StringComparison.Ordinal);
        Assert.Equal(["closes 22", "opens 443", "opens 5432"], refused.Effects.Select(effect => $"{effect.Kind} {effect.FromPort}"));
    }

    [Fact]
    public async Task The_statements_that_allow_a_change_are_named_each_once()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1", Ssh);
        var user = await server.AddUserAsync("dev", [
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"portlight:PreviewPorts","Resource":"*"},{"Sid":"Web","Effect":"Allow","Action":"lightsail:PutInstancePublicPorts","Resource":"*","Condition":{"NumericEquals":{"portlight:FromPort":["80","443"]}}}]}""",
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:PutInstancePublicPorts","Resource":"*","Condition":{"NumericEquals":{"portlight:FromPort":"22"}}}]}"""]);

        var web = await server.PreviewAsync(new() { InstanceName = "web-1", PortInfos = [ReviewCalls.Tcp(80), ReviewCalls.Tcp(443)] }, user);
        var both = await server.PreviewAsync(new() { InstanceName = "web-1", PortInfos = [ReviewCalls.Tcp(80), ReviewCalls.Tcp(22)] }, user);
        var refused = await server.PreviewAsync(new() { InstanceName = "web-1", PortInfos = [ReviewCalls.Tcp(80), ReviewCalls.Tcp(25)] }, user);

        Assert.Equal("Web", Assert.Single(web.AllowedBy!).Statement);
        Assert.StartsWith("user/dev/", web.AllowedBy![0].Policy, StringComparison.Ordinal);
        Assert.Equal(["Web", "statement 1"], both.AllowedBy!.Select(one => one.Statement));
        Assert.Null(refused.AllowedBy);
        Assert.Empty((await server.PreviewAsync(new() { InstanceName = "web-1", PortInfos = [] })).AllowedBy!);
    }

    [Fact]
    public async Task A_change_that_shuts_out_an_ssh_session_is_previewed_with_the_refusal()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("me", Ssh);
        await server.ChangeAsync("me", instance => instance with { Attachment = new Attachment.ThisHost([], []) });
        server.Agent.Sessions = [new InboundConnection(new IPEndPoint(new IPAddress([198, 51, 100, 7]), 50000), new IPEndPoint(new IPAddress([203, 0, 113, 1]), 22)) { IsSsh = true }];

        Assert.Contains("198.51.100.7", Assert.Single((await server.PreviewAsync(new() { InstanceName = "me", PortInfos = [] })).Refusals), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Networks_that_are_not_filtered_go_on_coming_in_whatever_closes()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("vm-1", Ssh);
        await server.ChangeAsync("vm-1", instance => instance with { Attachment = new Attachment.Interface("tap0", [], [Cidr.Create(System.Net.Sockets.AddressFamily.InterNetwork, 0x0A000000, 8)]) });

        var preview = await server.PreviewAsync(new() { InstanceName = "vm-1", PortInfos = [] });

        var effect = Assert.Single(preview.Effects);
        Assert.Equal(("narrows", 22), (effect.Kind, effect.FromPort));
        Assert.Equal(["10.0.0.0/8"], effect.After.Cidrs.Concat(effect.After.Ipv6Cidrs));
        Assert.Empty(preview.PortStatesAfter);
    }

    [Fact]
    public async Task Exactly_one_change_is_wanted()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");

        Assert.Contains("and none is there", (await ServerHarness.RefusalAsync(() => server.PreviewAsync(new() { InstanceName = "web-1" }))).Message, StringComparison.Ordinal);
        Assert.Contains("more than one", (await ServerHarness.RefusalAsync(() => server.PreviewAsync(new() { InstanceName = "web-1", PortInfos = [], Open = ReviewCalls.Tcp(22) }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_with_very_many_effects_names_some_and_counts_the_rest()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");

        var preview = await server.PreviewAsync(new() { InstanceName = "web-1", PortInfos = [.. Enumerable.Range(0, 300).Select(i => ReviewCalls.Tcp(2 * i))] });

        Assert.Equal((200, 100), (preview.Effects.Count, preview.FurtherEffects));
    }

    [Fact]
    public async Task Another_account_previews_its_own_instances_and_sees_no_others()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1", Ssh);
        var other = await server.AddAccountAsync();

        Assert.Equal("NotFoundException", (await ServerHarness.RefusalAsync(() => server.PreviewAsync(new() { InstanceName = "web-1", PortInfos = [] }, other))).Type);
    }
}
