using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Server.Tests.Iam;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests.Access;

/// <summary>Port guardrails over HTTP, with the policies that the guide gives to copy, and the ways around them.</summary>
public sealed class GuardrailTests
{
    private const string Administrator = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}""";
    private const string Portlight = "Portlight_20261122.";

    [Theory]
    [InlineData(true, """{"fromPort":443,"toPort":443,"protocol":"tcp","cidrs":["10.1.0.0/16"]}""")]
    [InlineData(true, """{"fromPort":443,"toPort":443,"protocol":"TCP","cidrs":["10.0.0.0/9","10.128.0.0/9"]}""")]
    [InlineData(false, """{"fromPort":443,"toPort":443,"protocol":"tcp"}""")] // no source is every source
    [InlineData(false, """{"fromPort":443,"toPort":443,"protocol":"tcp","cidrs":["0.0.0.0/0"]}""")]
    [InlineData(false, """{"fromPort":443,"toPort":443,"protocol":"tcp","cidrs":["10.0.0.0/7"]}""")]
    [InlineData(false, """{"fromPort":443,"toPort":443,"protocol":"tcp","cidrs":["10.1.0.0/16","192.0.2.1"]}""")]
    [InlineData(false, """{"fromPort":443,"toPort":443,"protocol":"tcp","cidrs":["10.1.0.0/16"],"ipv6Cidrs":["2001:db8::/32"]}""")]
    [InlineData(false, """{"fromPort":443,"toPort":443,"protocol":"tcp","cidrListAliases":["lightsail-connect"]}""")]
    [InlineData(false, """{"fromPort":443,"toPort":443,"protocol":"tcp","cidrs":["10.1.0.0/16"],"cidrListAliases":["lightsail-connect"]}""")]
    [InlineData(false, """{"fromPort":443,"toPort":444,"protocol":"tcp","cidrs":["10.1.0.0/16"]}""")]
    [InlineData(false, """{"fromPort":443,"toPort":443,"protocol":"udp","cidrs":["10.1.0.0/16"]}""")]
    [InlineData(false, """{"fromPort":443,"toPort":443,"protocol":"all","cidrs":["10.1.0.0/16"]}""")]
    [InlineData(false, """{"fromPort":443,"toPort":443,"protocol":"-1","cidrs":["10.1.0.0/16"]}""")]
    [InlineData(false, """{"fromPort":-1,"toPort":-1,"protocol":"ALL","cidrs":["10.1.0.0/16"]}""")]
    [InlineData(false, """{"fromPort":8,"toPort":-1,"protocol":"icmp","cidrs":["10.1.0.0/16"]}""")]
    public async Task A_team_opens_only_443_and_only_from_its_network(bool isAllowed, string rule)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var team = await server.AddUserAsync("team", [PolicyFiles.Read("only-443-from-our-network")]);

        Assert.Equal(isAllowed, (await PutAsync(server, team, rule)).IsOk);
        Assert.Equal(isAllowed, (await OpenAsync(server, team, rule)).IsOk);
        Assert.False((await server.AskAsync(team, "CreateInstances", LightsailCalls.CreateBody("web-9"))).IsOk);
    }

    [Theory]
    [InlineData(true, """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["10.0.0.0/8"]}""")]
    [InlineData(true, """{"fromPort":443,"toPort":443,"protocol":"tcp"}""")]
    [InlineData(true, """{"fromPort":22,"toPort":22,"protocol":"udp"}""")]
    [InlineData(false, """{"fromPort":22,"toPort":22,"protocol":"tcp"}""")]
    [InlineData(false, """{"fromPort":22,"toPort":22,"protocol":"TCP","cidrs":["0.0.0.0/0"]}""")]
    [InlineData(false, """{"fromPort":20,"toPort":30,"protocol":"tcp","cidrs":["0.0.0.0/0"]}""")]
    [InlineData(false, """{"fromPort":0,"toPort":65535,"protocol":"tcp","cidrs":["0.0.0.0/0"]}""")]
    [InlineData(false, """{"fromPort":80,"toPort":80,"protocol":"all","cidrs":["0.0.0.0/0"]}""")]
    [InlineData(false, """{"fromPort":-1,"toPort":-1,"protocol":"-1","cidrs":["0.0.0.0/0"]}""")]
    [InlineData(false, """{"fromPort":-1,"toPort":-1,"protocol":"All","ipv6Cidrs":["::/0"]}""")]
    [InlineData(false, """{"fromPort":22,"toPort":22,"protocol":"tcp","ipv6Cidrs":["::/0"]}""")]
    [InlineData(false, """{"fromPort":22,"toPort":22,"protocol":"tcp","ipv6Cidrs":["2000::/3"]}""")]
    [InlineData(false, """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["0.0.0.0/1","128.0.0.0/1"]}""")]
    [InlineData(false, """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["0.0.0.0/1"]}""", """{"fromPort":20,"toPort":30,"protocol":"tcp","cidrs":["128.0.0.0/1"]}""")]
    [InlineData(false, """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["0.0.0.0/1"]}""", """{"fromPort":22,"toPort":22,"protocol":"TCP","cidrs":["128.0.0.0/1"]}""")]
    [InlineData(false, """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["0.0.0.0/1"]}""", """{"fromPort":1,"toPort":1,"protocol":"all","cidrs":["128.0.0.0/1"]}""")]
    [InlineData(false, """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["0.0.0.0/1"],"cidrListAliases":["lightsail-connect"]}""")]
    public async Task Nobody_opens_a_range_with_22_to_the_world(bool isAllowed, params string[] rules)
    {
        await using var server = await StartWithAliasAsync();
        await server.AddInstanceAsync("web-1");
        await server.AddInstanceAsync("web-2");
        var alice = await server.AddUserAsync("alice", [Administrator, PolicyFiles.Read("no-ssh-to-the-world")]);

        // Put at once, and opened one after the other: the last one is one too many.
        Assert.Equal(isAllowed, (await PutAsync(server, alice, rules)).IsOk);
        var opened = true;
        foreach (var rule in rules)
        {
            opened = (await OpenAsync(server, alice, rule, "web-2")).IsOk;
        }

        Assert.Equal(isAllowed, opened);
    }

    [Fact]
    public async Task What_is_open_may_stay_open()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1", Set((22, ["0.0.0.0/0"])));
        var alice = await server.AddUserAsync("alice", [Administrator, PolicyFiles.Read("no-ssh-to-the-world")]);

        Assert.True((await PutAsync(server, alice, """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["0.0.0.0/0"]}""", """{"fromPort":443,"toPort":443,"protocol":"tcp"}""")).IsOk);
        Assert.True((await PutAsync(server, alice, """{"fromPort":443,"toPort":443,"protocol":"tcp"}""")).IsOk);
        Assert.False((await PutAsync(server, alice, """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["0.0.0.0/0"]}""")).IsOk); // closed once, it is an opening again
    }

    [Fact]
    public async Task To_create_or_attach_is_no_way_around()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.AddUserAsync("alice", [Administrator, PolicyFiles.Read("no-ssh-to-the-world")]);
        server.Agent.Facts = new AttachmentFacts(null, []);

        var created = await server.AskAsync(alice, "CreateInstances", LightsailCalls.CreateBody("web-1"));
        Assert.Contains(": blueprint ubuntu_22_04 (22/tcp from 0.0.0.0/0, ::/0), statement NoWorldSsh of user/alice/p1", created.Message, StringComparison.Ordinal);
        Assert.False((await server.AskAsync(alice, "AttachInstance", """{"instanceName":"host-1","thisHost":true}""", Portlight)).IsOk);
        Assert.False((await server.AskAsync(alice, "AttachInstance", """{"instanceName":"host-1","thisHost":true,"dryRun":true}""", Portlight)).IsOk);
        Assert.False((await server.AskAsync(alice, "AttachInstance", """{"instanceName":"host-1","thisHost":true,"portInfos":[{"fromPort":0,"toPort":65535,"protocol":"tcp"}]}""", Portlight)).IsOk);
        Assert.True((await server.AskAsync(alice, "AttachInstance", """{"instanceName":"host-1","thisHost":true,"portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp"}]}""", Portlight)).IsOk);
        Assert.False((await server.AskAsync(alice, "AttachInstance", """{"instanceName":"host-1","thisHost":true,"portInfos":[{"fromPort":22,"toPort":22,"protocol":"tcp"}]}""", Portlight)).IsOk);
    }

    [Fact]
    public async Task A_refusal_names_the_rule_and_the_statement()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1");
        var arn = await server.AddPolicyAsync("guard", PolicyFiles.Read("no-ssh-to-the-world"));
        var alice = await server.AddUserAsync("alice", [Administrator], user => user with { AttachedPolicies = [arn] });

        var refused = await PutAsync(server, alice, """{"fromPort":443,"toPort":443,"protocol":"tcp"}""", """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["0.0.0.0/0"]}""");

        Assert.Equal(
            new Answered(
                "AccessDeniedException",
                $"User: arn:aws:iam::111122223333:user/alice is not authorized to perform: lightsail:PutInstancePublicPorts on resource: {instance.Arn} "
                + $"with an explicit deny in an identity-based policy: portInfos[1] (22/tcp from 0.0.0.0/0), statement NoWorldSsh of {arn}"),
            refused);
        Assert.Empty(server.Server.Store.View.FindInstance(server.Scope, "web-1")!.Ports.Rules);
    }

    [Theory]
    [InlineData(true, "OpenInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":8080,"toPort":8080,"protocol":"tcp"}}""")]
    [InlineData(true, "PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp","cidrs":["0.0.0.0/1","128.0.0.0/1"]},{"fromPort":80,"toPort":80,"protocol":"tcp"}]}""")]
    [InlineData(true, "CloseInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":25,"toPort":25,"protocol":"tcp"}}""")]
    [InlineData(false, "CloseInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":443,"toPort":443,"protocol":"tcp"}}""")]
    [InlineData(false, "CloseInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":443,"toPort":443,"protocol":"TCP","cidrs":["0.0.0.0/0"]}}""")]
    [InlineData(false, "PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[]}""")]
    [InlineData(false, "PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[{"fromPort":80,"toPort":80,"protocol":"tcp"}]}""")]
    [InlineData(false, "PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp","cidrs":["10.0.0.0/8"]}]}""")]
    [InlineData(false, "StopInstance", """{"instanceName":"web-1"}""")]
    [InlineData(false, "DeleteInstance", """{"instanceName":"web-1"}""")]
    [InlineData(false, "SetIpAddressType", """{"resourceType":"Instance","resourceName":"web-1","ipAddressType":"ipv6"}""")]
    [InlineData(false, "TagResource", """{"resourceName":"web-1","tags":[{"key":"stage","value":"test"}]}""")]
    [InlineData(false, "UntagResource", """{"resourceName":"web-1","tagKeys":["stage"]}""")]
    public async Task Production_closes_nothing(bool isAllowed, string operation, string body)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1", Set((443, ["0.0.0.0/0"])));
        await server.TagAsync("web-1", "stage", "production");
        var alice = await server.AddUserAsync("alice", [Administrator, PolicyFiles.Read("production-closes-nothing")]);

        var answered = await server.AskAsync(alice, operation, body);

        Assert.True(isAllowed == answered.IsOk, answered.ToString());
    }

    [Theory]
    [InlineData(true, """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["10.9.0.0/16"],"ipv6Cidrs":["2001:db8:42:7::/64"]}""")]
    [InlineData(false, """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["10.9.0.0/16","9.9.9.9"]}""")]
    [InlineData(false, """{"fromPort":22,"toPort":22,"protocol":"tcp"}""")]
    [InlineData(false, """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrListAliases":["lightsail-connect"]}""")]
    public async Task An_allow_list_of_networks_leaves_no_hole(bool isAllowed, string rule)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var alice = await server.AddUserAsync("alice", [Administrator, PolicyFiles.Read("only-named-networks")]);

        Assert.Equal(isAllowed, (await PutAsync(server, alice, rule)).IsOk);
    }

    [Fact]
    public async Task A_team_works_with_what_carries_its_tag_and_takes_nobody_elses()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        await server.TagAsync("web-1", "team", "web");
        await server.AddInstanceAsync("db-1");
        await server.TagAsync("db-1", "team", "db");
        var alice = await server.AddUserAsync("alice", [PolicyFiles.Read("by-tag")], user => user with { Tags = user.Tags.Add("team", "web") });
        const string rule = """{"fromPort":443,"toPort":443,"protocol":"tcp"}""";
        static string Tagged(string name, string team) => LightsailCalls.CreateBody(name, more: $$""","tags":[{"key":"team","value":"{{team}}"}]""");

        Assert.True((await OpenAsync(server, alice, rule)).IsOk);
        Assert.False((await OpenAsync(server, alice, rule, "db-1")).IsOk);
        Assert.True((await server.AskAsync(alice, "CreateInstances", Tagged("web-2", "web"))).IsOk);
        Assert.False((await server.AskAsync(alice, "CreateInstances", Tagged("web-3", "db"))).IsOk);
        Assert.False((await server.AskAsync(alice, "CreateInstances", LightsailCalls.CreateBody("web-4"))).IsOk);
        Assert.False((await server.AskAsync(alice, "TagResource", """{"resourceName":"db-1","tags":[{"key":"team","value":"web"}]}""")).IsOk);
        Assert.False((await server.AskAsync(alice, "UntagResource", """{"resourceName":"db-1","tagKeys":["team"]}""")).IsOk);
    }

    [Fact]
    public async Task A_reader_reads_and_takes_no_keys()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var alice = await server.AddUserAsync("alice", [PolicyFiles.Read("read-only")]);

        Assert.True((await server.AskAsync(alice, "GetInstance", """{"instanceName":"web-1"}""")).IsOk);
        Assert.False((await server.AskAsync(alice, "GetInstanceAccessDetails", """{"instanceName":"web-1"}""")).IsOk);
        Assert.False((await server.AskAsync(alice, "DownloadDefaultKeyPair")).IsOk);
        Assert.False((await OpenAsync(server, alice, """{"fromPort":443,"toPort":443,"protocol":"tcp"}""")).IsOk);
    }

    [Fact]
    public async Task A_delegated_administrator_does_no_more_than_the_boundary_allows_nor_do_those_whom_it_makes()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        await server.AddUserAsync("bob", []);
        var arn = await server.AddPolicyAsync("delegated-admin-boundary", PolicyFiles.Read("delegated-admin-boundary"));
        var alice = await server.AddUserAsync("alice", [Administrator], user => user with { BoundaryArn = arn });

        Assert.True((await OpenAsync(server, alice, """{"fromPort":443,"toPort":443,"protocol":"tcp"}""")).IsOk);
        Assert.EndsWith(
            "because no permissions boundary allows the portlight:CreateAccount action",
            (await server.AskAsync(alice, "CreateAccount", "{}", Portlight)).Message,
            StringComparison.Ordinal);

        await server.IamRefusedAsync(alice, "CreateUser", ("UserName", "carol"), ("Path", "/team/"));
        await server.IamAsync(alice, "CreateUser", ("UserName", "carol"), ("Path", "/team/"), ("PermissionsBoundary", arn));
        await server.IamAsync(alice, "PutUserPolicy", ("UserName", "carol"), ("PolicyName", "all"), ("PolicyDocument", Administrator));
        await server.IamRefusedAsync(alice, "PutUserPolicy", ("UserName", "bob"), ("PolicyName", "all"), ("PolicyDocument", Administrator));
        await server.IamRefusedAsync(alice, "CreateAccessKey", ("UserName", "bob"));
        await server.IamRefusedAsync(alice, "DeleteUserPermissionsBoundary", ("UserName", "carol"));
        await server.IamRefusedAsync(alice, "DeleteUserPermissionsBoundary", ("UserName", "alice"));
        await server.IamRefusedAsync(alice, "CreatePolicyVersion", ("PolicyArn", arn), ("PolicyDocument", Administrator), ("SetAsDefault", "true"));

        var key = (await server.IamAsync(alice, "CreateAccessKey", ("UserName", "carol")))["AccessKey"];
        var carol = new AwsCredentials(key.Text("AccessKeyId"), key.Text("SecretAccessKey"));
        Assert.True((await OpenAsync(server, carol, """{"fromPort":80,"toPort":80,"protocol":"tcp"}""")).IsOk);
        Assert.False((await server.AskAsync(carol, "CreateAccount", "{}", Portlight)).IsOk);
    }

    /// <summary>The one alias stands for half the world.</summary>
    private static Task<ServerHarness> StartWithAliasAsync() => ServerHarness.StartAsync(options => options with { BrowserClientSources = [Block("128.0.0.0/1")] });

    private static Task<Answered> PutAsync(ServerHarness server, AwsCredentials who, params string[] rules) =>
        server.AskAsync(who, "PutInstancePublicPorts", $$"""{"instanceName":"web-1","portInfos":[{{string.Join(",", rules)}}]}""");

    private static Task<Answered> OpenAsync(ServerHarness server, AwsCredentials who, string rule, string name = "web-1") =>
        server.AskAsync(who, "OpenInstancePublicPorts", $$"""{"instanceName":"{{name}}","portInfo":{{rule}}}""");

    private static PortSet Set(params (int Port, string[] Sources)[] rules) =>
        PortSet.Of(rules.Select(rule => new PortRule(new PortKey(NetworkProtocol.Tcp, rule.Port, rule.Port), [.. rule.Sources.Select(Block)], [], [])));

    private static Cidr Block(string text)
    {
        Assert.True(Cidr.TryParse(text, System.Net.Sockets.AddressFamily.InterNetwork, out var cidr, out var problem), problem);
        return cidr;
    }
}
