using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Server.Tests.Confirming;
using Portlight.Server.Tests.Iam;
using Portlight.Server.Tests.Sts;

namespace Portlight.Server.Tests.Access;

/// <summary>Ways round the policies that the guide gives to copy, other than by asking for a port: each has to fail.</summary>
public sealed class WaysRoundTests
{
    private const string Own = ConfirmCalls.Own;
    private const string HttpsAlone = """ "portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp","cidrs":["10.0.0.0/8"]}] """;

    [Theory]
    [InlineData("no-ssh-to-the-world", false, """ "0.0.0.0/0","::/0" """)]
    [InlineData("no-ssh-to-the-world", false, """ "::/0" """)]
    [InlineData("no-ssh-to-the-world", false, """ "0.0.0.0/1","128.0.0.0/1" """)]
    [InlineData("no-ssh-to-the-world", true, """ "10.0.0.0/8" """)]
    [InlineData("only-named-networks", false, """ "0.0.0.0/0" """)]
    [InlineData("only-named-networks", false, """ "10.0.0.0/8","192.0.2.1" """)]
    [InlineData("only-named-networks", true, """ "10.0.0.0/8" """)]
    public async Task Networks_that_are_not_filtered_are_a_rule_like_any_other(string policy, bool isAllowed, string networks)
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.AddUserAsync("alice", [IamCalls.AllowAll, PolicyFiles.Read(policy)]);
        var body = $$"""{"instanceName":"host-1","thisHost":true,{{HttpsAlone}},"privateCidrs":[{{networks}}]}""";

        var answered = await server.AskAsync(alice, "AttachInstance", body, Own);

        Assert.True(isAllowed == answered.IsOk, answered.ToString());
        Assert.True(isAllowed || answered.Message.Contains(": privateCidrs (all from ", StringComparison.Ordinal), answered.Message);
        Assert.Equal(isAllowed, server.Find("host-1") is not null);
    }

    [Fact]
    public async Task Networks_that_are_not_filtered_count_for_what_is_open_to_everybody()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.AddUserAsync("alice", [IamCalls.AllowAll, PolicyFiles.Read("no-ssh-to-the-world")]);

        Assert.True((await server.AskAsync(alice, "AttachInstance", $$"""{"instanceName":"web-1","thisHost":true,{{HttpsAlone}},"privateCidrs":["0.0.0.0/1"]}""", Own)).IsOk);
        Assert.False((await server.AskAsync(alice, "OpenInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["128.0.0.0/1"]}}""")).IsOk);
        Assert.True((await server.AskAsync(alice, "OpenInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["128.0.0.0/2"]}}""")).IsOk);
    }

    [Fact]
    public async Task Networks_that_are_not_filtered_are_in_the_preview_and_in_the_audit_log()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Agent.Facts = new AttachmentFacts(null, [new ListeningSocket("tcp", System.Net.IPAddress.Any, 5432)]);

        var answer = await server.AnswerAsync(Own + "AttachInstance", $$"""{"instanceName":"web-1","thisHost":true,"portInfos":[],"privateCidrs":["0.0.0.0/0"]}""");

        Assert.True(answer.Body.GetProperty("listeners")[0].GetProperty("isOpenAfter").GetBoolean());
        var log = (await Audit.AuditReading.AuditLinesAsync(server))[^1];
        Assert.Contains("""portsAfter":["all from 0.0.0.0/0"]""", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"instanceName":"vm-1","thisHost":true}""")]
    [InlineData("""{"instanceName":"vm-1","interfaceName":"tap9"}""")]
    [InlineData("""{"instanceName":"vm-1","interfaceName":"tap1"}""", "fe:54:00:00:00:02")] // another device has the name now
    [InlineData("""{"instanceName":"vm-1","selector":"name:tap9"}""")]
    [InlineData("""{"instanceName":"vm-1","selector":"mac:fe:54:00:00:00:02"}""", "fe:54:00:00:00:02")]
    public async Task To_move_an_attachment_is_to_detach_it(string body, string? device = null)
    {
        const string noDetach = """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"portlight:DetachInstance","Resource":"*"}]}""";
        await using var server = await ServerHarness.StartAsync();
        server.Agent.Facts = new AttachmentFacts(null, []) { Interface = new FoundInterface("tap1", "fe:54:00:00:00:01") };
        var alice = await server.AddUserAsync("alice", [IamCalls.AllowAll, noDetach]);
        Assert.True((await server.AskAsync(alice, "AttachInstance", """{"instanceName":"vm-1","interfaceName":"tap1"}""", Own)).IsOk);
        Assert.True((await server.AskAsync(alice, "AttachInstance", """{"instanceName":"vm-1","interfaceName":"tap1","privateCidrs":["10.0.0.0/8"]}""", Own)).IsOk);

        server.Agent.Facts = new AttachmentFacts(null, []) { Interface = body.Contains("thisHost", StringComparison.Ordinal) ? null : new FoundInterface(device is null ? "tap9" : "tap1", device ?? "fe:54:00:00:00:01") };
        var moved = await server.AskAsync(alice, "AttachInstance", body, Own);

        Assert.Equal("AccessDeniedException", moved.Type);
        Assert.Contains("is not authorized to perform: portlight:DetachInstance on resource: arn:aws:lightsail:us-east-1:111122223333:Instance/", moved.Message, StringComparison.Ordinal);
        Assert.Equal("tap1", Assert.IsType<Attachment.Interface>(server.Find("vm-1")!.Attachment).Name);
        Assert.True((await server.AskAsync(server.Credentials, "AttachInstance", body, Own)).IsOk);
    }

    [Fact]
    public async Task To_close_fewer_names_of_other_interfaces_is_to_detach()
    {
        const string noDetach = """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"portlight:DetachInstance","Resource":"*"}]}""";
        await using var server = await ServerHarness.StartAsync();
        server.Agent.Facts = new AttachmentFacts(null, []) { Interface = new FoundInterface("tap1", null) };
        var alice = await server.AddUserAsync("alice", [IamCalls.AllowAll, noDetach]);
        Assert.True((await AttachAsync(alice, """ "vnet*","tap2*" """)).IsOk);
        Assert.True((await AttachAsync(alice, """ "tap2*","vn*","veth*" """)).IsOk); // what was closed still is

        foreach (var fewer in new[] { "", """ "vn*","veth*" """, """ "vnet*","tap2*","veth*" """ })
        {
            Assert.Contains("portlight:DetachInstance", (await AttachAsync(alice, fewer)).Message, StringComparison.Ordinal);
        }

        await server.AnswerAsync(Own + "AttachInstance", """{"instanceName":"vm-1","interfaceName":"tap1","closedNames":["tap2*","vn*","veth*","eth9*"]}""", confirm: "600");
        Assert.Contains("portlight:DetachInstance", (await server.AskAsync(alice, "ConfirmPorts", """{"instanceName":"vm-1","revert":true}""", Own)).Message, StringComparison.Ordinal);
        Assert.Equal(["tap2*", "vn*", "veth*", "eth9*"], Assert.IsType<Attachment.Interface>(server.Find("vm-1")!.Attachment).ClosedNames);

        Task<Answered> AttachAsync(Wire.SigV4.AwsCredentials caller, string names) =>
            server.AskAsync(caller, "AttachInstance", $$"""{"instanceName":"vm-1","interfaceName":"tap1","closedNames":[{{names}}]}""", Own);
    }

    [Fact]
    public async Task To_revert_is_no_way_to_open_what_may_not_be_opened()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync(); // 22 is open to the world
        var alice = await server.AddUserAsync("alice", [IamCalls.AllowAll, PolicyFiles.Read("no-ssh-to-the-world")]);
        await server.PutAsync(443, confirm: "600");

        var reverted = await server.AskAsync(alice, "ConfirmPorts", """{"instanceName":"web-1","revert":true}""", Own);

        Assert.Contains(": the earlier ports (22/tcp from 0.0.0.0/0, ::/0), statement NoWorldSsh", reverted.Message, StringComparison.Ordinal);
        Assert.Equal(ConfirmCalls.Ports(443), server.Find()!.Ports);
        Assert.True((await server.AskAsync(server.Credentials, "ConfirmPorts", """{"instanceName":"web-1","revert":true}""", Own)).IsOk);
    }

    [Fact]
    public async Task To_revert_the_ports_of_what_stays_where_it_is_takes_no_permission_to_detach()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.AddUserAsync("alice", [IamCalls.Allow("portlight:ConfirmPorts")]);
        await server.AddWebAsync();
        await server.PutAsync(443, confirm: "600");
        Assert.Equal(new Answered("ok", ""), await server.AskAsync(alice, "ConfirmPorts", """{"instanceName":"web-1","revert":true}""", Own));
        Assert.Equal(ConfirmCalls.Ports(22), server.Find()!.Ports);

        server.Agent.Facts = new AttachmentFacts(null, []);
        await server.AskAsync(server.Credentials, "AttachInstance", """{"instanceName":"host-1","thisHost":true}""", Own);
        await server.PutAsync(443, confirm: "600", name: "host-1");
        Assert.Equal(new Answered("ok", ""), await server.AskAsync(alice, "ConfirmPorts", """{"instanceName":"host-1","revert":true}""", Own));
    }

    [Fact]
    public async Task To_revert_is_no_way_to_close_what_may_not_be_closed_nor_to_detach()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.TagAsync("web-1", "stage", "production");
        var alice = await server.AddUserAsync("alice", [IamCalls.AllowAll, PolicyFiles.Read("production-closes-nothing"), PolicyFiles.Read("only-named-networks")]);
        await server.AnswerAsync(ConfirmCalls.Lightsail + "OpenInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":443,"toPort":443,"protocol":"tcp"}}""", confirm: "600");
        Assert.Contains("ClosesNothing", (await server.AskAsync(alice, "ConfirmPorts", """{"instanceName":"web-1","revert":true}""", Own)).Message, StringComparison.Ordinal);

        const string noDetach = """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"portlight:DetachInstance","Resource":"*"}]}""";
        var bob = await server.AddUserAsync("bob", [IamCalls.AllowAll, noDetach]);
        await server.AnswerAsync(Own + "AttachInstance", """{"instanceName":"host-1","thisHost":true}""", confirm: "600");
        Assert.Contains("portlight:DetachInstance", (await server.AskAsync(bob, "ConfirmPorts", """{"instanceName":"host-1","revert":true}""", Own)).Message, StringComparison.Ordinal);
        Assert.NotNull(server.Find("host-1"));
    }

    [Theory]
    [InlineData("arn:aws:iam::111122223333:root")]
    [InlineData("arn:aws:iam::111122223333:user/team/alice")] // named, a boundary that only leaves it out would not hold
    public async Task A_delegated_administrator_becomes_no_role_without_the_boundary(string trusted)
    {
        await using var server = await ServerHarness.StartAsync();
        var arn = await server.PolicyAsync("delegated-admin-boundary", PolicyFiles.Read("delegated-admin-boundary"));
        await server.IamAsync("CreateUser", ("UserName", "alice"), ("Path", "/team/"), ("PermissionsBoundary", arn));
        await server.IamAsync("PutUserPolicy", ("UserName", "alice"), ("PolicyName", "all"), ("PolicyDocument", IamCalls.AllowAll));
        var alice = await server.KeyOfAsync("alice");
        await server.AddRoleAsync("admin", IamCalls.TrustAccount.Replace("arn:aws:iam::111122223333:root", trusted, StringComparison.Ordinal));

        var refused = await server.StsRefusedAsync(alice, "AssumeRole", ("RoleArn", "arn:aws:iam::111122223333:role/ci/admin"), ("RoleSessionName", "out"));

        Assert.EndsWith("with an explicit deny in a permissions boundary", refused.Message, StringComparison.Ordinal);
        await server.IamRefusedAsync(alice, "UpdateAssumeRolePolicy", ("RoleName", "admin"), ("PolicyDocument", IamCalls.TrustAccount));
        await server.IamRefusedAsync(alice, "CreateRole", ("RoleName", "mine"), ("AssumeRolePolicyDocument", IamCalls.TrustAccount));
        await server.IamRefusedAsync(alice, "UpdateUser", ("UserName", "alice"), ("NewPath", "/"));
        await server.IamAsync("CreateUser", ("UserName", "bob"));
        await server.IamRefusedAsync(alice, "UpdateUser", ("UserName", "bob"), ("NewPath", "/team/"));
        await server.IamRefusedAsync(alice, "PutUserPermissionsBoundary", ("UserName", "bob"), ("PermissionsBoundary", arn)); // nor shuts others in
        await server.IamRefusedAsync(alice, "AddUserToGroup", ("UserName", "alice"), ("GroupName", "any"));
    }

    [Fact]
    public async Task A_team_gets_at_no_key_and_takes_nothing_that_has_no_team()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("bare-1");
        await server.AddInstanceAsync("web-1");
        await server.TagAsync("web-1", "team", "web");
        var alice = await server.AddUserAsync("alice", [PolicyFiles.Read("by-tag")], user => user with { Tags = user.Tags.Add("team", "web") });

        Assert.False((await server.AskAsync(alice, "TagResource", """{"resourceName":"bare-1","tags":[{"key":"team","value":"web"}]}""")).IsOk);
        Assert.False((await server.AskAsync(alice, "TagResource", """{"resourceName":"web-1","tags":[{"key":"team","value":"db"}]}""")).IsOk);
        Assert.False((await server.AskAsync(alice, "UntagResource", """{"resourceName":"web-1","tagKeys":["team"]}""")).IsOk);
        Assert.False((await server.AskAsync(alice, "GetInstanceAccessDetails", """{"instanceName":"web-1"}""")).IsOk);
        Assert.False((await server.AskAsync(alice, "DownloadDefaultKeyPair")).IsOk);
        Assert.True((await server.AskAsync(alice, "TagResource", """{"resourceName":"web-1","tags":[{"key":"stage","value":"test"}]}""")).IsOk);
    }

    [Fact]
    public async Task Tagging_at_creation_is_asked_on_what_is_not_there_yet()
    {
        const string script = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:CreateInstances","Resource":"*"},{"Effect":"Allow","Action":"lightsail:TagResource","Resource":"arn:aws:lightsail:us-east-1:111122223333:Instance/*"}]}""";
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var deployer = await server.AddUserAsync("deployer", [script]);
        var newOnes = await server.AddUserAsync("new-ones", [script.Replace("Instance/*", "Instance/${*}", StringComparison.Ordinal)]);
        static string Tagged(string name) => LightsailCalls.CreateBody(name, more: ""","tags":[{"key":"team","value":"web"}]""");

        Assert.True((await server.AskAsync(deployer, "CreateInstances", Tagged("web-2"))).IsOk);
        Assert.True((await server.AskAsync(newOnes, "CreateInstances", Tagged("web-3"))).IsOk);
        Assert.True((await server.AskAsync(deployer, "TagResource", """{"resourceName":"web-1","tags":[{"key":"team","value":"web"}]}""")).IsOk);
        Assert.False((await server.AskAsync(newOnes, "TagResource", """{"resourceName":"web-1","tags":[{"key":"team","value":"web"}]}""")).IsOk);
    }

    [Fact]
    public async Task A_team_with_443_alone_gets_at_no_key()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var alice = await server.AddUserAsync("alice", [PolicyFiles.Read("only-443-from-our-network")]);

        Assert.False((await server.AskAsync(alice, "GetInstanceAccessDetails", """{"instanceName":"web-1"}""")).IsOk);
        Assert.False((await server.AskAsync(alice, "DownloadDefaultKeyPair")).IsOk);
        Assert.True((await server.AskAsync(alice, "GetInstance", """{"instanceName":"web-1"}""")).IsOk);
    }
}
