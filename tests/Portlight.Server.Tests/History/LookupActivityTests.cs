using Portlight.Server.Tests.Confirming;
using Portlight.Wire.PortlightApi;

namespace Portlight.Server.Tests.History;

/// <summary>Who has done what, as the API tells it.</summary>
public sealed class LookupActivityTests
{
    [Fact]
    public async Task An_event_says_who_did_what_to_which_instance_and_what_became_of_packets()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.PutAsync(443);

        var one = Assert.Single(await server.ActivitiesAsync(new()));

        Assert.Equal(("root", "PutInstancePublicPorts", "lightsail.amazonaws.com", false), (one.By.Name, one.EventName, one.EventSource, one.IsReadOnly));
        Assert.Equal([new ActivityResource("AWS::Lightsail::Instance", "web-1")], one.Resources);
        Assert.Equal(["closes 22", "opens 443"], one.Effects.Select(effect => $"{effect.Kind} {effect.FromPort}"));
        Assert.Null(one.ErrorCode);
    }

    [Fact]
    public async Task Every_member_of_the_request_narrows()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.AddWebAsync("web-2");
        var began = server.Clock.GetUtcNow();
        await server.PutAsync(443);
        server.Clock.Advance(TimeSpan.FromMinutes(10));
        await server.PutAsync(8080, name: "web-2");
        await server.SendAsync("GetInstance", """{"instanceName":"web-2"}""");
        var dev = await server.AddUserAsync("dev", []);
        await server.PutAsync(25, name: "web-2", credentials: dev);

        Assert.Equal(["PutInstancePublicPorts web-2", "GetInstance web-2", "PutInstancePublicPorts web-2"], await NamesAsync(new() { InstanceName = "web-2" }));
        Assert.Equal(["PutInstancePublicPorts web-2", "PutInstancePublicPorts web-1"], await NamesAsync(new() { Kind = "ports" }));
        Assert.Equal("AccessDeniedException", Assert.Single(await server.ActivitiesAsync(new() { Kind = "refused" })).ErrorCode);
        Assert.Equal("AccessDeniedException", Assert.Single(await server.ActivitiesAsync(new() { UserName = "dev" })).ErrorCode);
        Assert.Equal(["GetInstance web-2"], await NamesAsync(new() { EventName = "GetInstance" }));
        Assert.DoesNotContain("GetInstance web-2", await NamesAsync(new() { Kind = "changes" }));
        Assert.Equal(["PutInstancePublicPorts web-1"], await NamesAsync(new() { EndTime = began + TimeSpan.FromMinutes(1) }));
        Assert.DoesNotContain("PutInstancePublicPorts web-1", await NamesAsync(new() { StartTime = began + TimeSpan.FromMinutes(1) }));
        Assert.Contains("changes, ports and refused", (await ServerHarness.RefusalAsync(() => server.ActivitiesAsync(new() { Kind = "all" }))).Message, StringComparison.Ordinal);

        async Task<IEnumerable<string>> NamesAsync(LookupActivityRequest request) =>
            (await server.ActivitiesAsync(request)).Where(one => one.EventName != "LookupActivity").Select(one => $"{one.EventName} {one.Resources[0].Name}");
    }

    [Fact]
    public async Task A_caller_that_may_on_one_instance_asks_about_that_one_and_not_about_the_account()
    {
        await using var server = await ServerHarness.StartAsync();
        var web = await server.AddWebAsync();
        await server.AddWebAsync("web-2");
        await server.PutAsync(443);
        await server.SendAsync("CreateInstances", """{"instanceNames":["other"],"availabilityZone":"us-east-1a","blueprintId":"ubuntu_22_04","bundleId":"nano_3_0","userData":"web-1"}""");
        var dev = await server.AddUserAsync("dev", [$$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"portlight:LookupActivity","Resource":"{{web.Arn}}"}]}"""]);

        Assert.Equal(["PutInstancePublicPorts"], (await server.ActivitiesAsync(new() { InstanceName = "web-1", Kind = "changes" }, dev)).Select(one => one.EventName));
        Assert.Equal("AccessDeniedException", (await ServerHarness.RefusalAsync(() => server.ActivitiesAsync(new(), dev))).Type);
        Assert.Equal("AccessDeniedException", (await ServerHarness.RefusalAsync(() => server.ActivitiesAsync(new() { InstanceName = "web-2" }, dev))).Type);
    }

    [Fact]
    public async Task A_change_of_tags_tells_those_that_changed_as_they_were_and_as_they_are()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.SendAsync("TagResource", """{"resourceName":"web-1","tags":[{"key":"env","value":"old"},{"key":"role","value":"db"},{"key":"flag"}]}""");
        await server.SendAsync("TagResource", """{"resourceName":"web-1","tags":[{"key":"env","value":"new"},{"key":"role","value":"db"}]}""");
        await server.SendAsync("UntagResource", """{"resourceName":"web-1","tagKeys":["flag","nope"]}""");
        await server.SendAsync("TagResource", """{"resourceName":"web-1","tags":[{"key":"env","value":"new"}]}""");
        await server.PutAsync(443);

        Assert.Equal(
            ["PutInstancePublicPorts none", "TagResource none", "UntagResource flag → ", "TagResource env=old → env=new", "TagResource  → env=old flag role=db"],
            (await server.ActivitiesAsync(new() { Kinds = ["others", "ports"] })).Select(one => $"{one.EventName} {(one.TagsBefore is null ? "none" : $"{Text(one.TagsBefore)} → {Text(one.TagsAfter!)}")}"));

        static string Text(IEnumerable<Wire.Lightsail.Tag> tags) => string.Join(' ', tags.Select(tag => tag.Value is null ? tag.Key : $"{tag.Key}={tag.Value}"));
    }

    [Fact]
    public async Task Several_kinds_are_asked_for_at_a_time()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.PutAsync(443);
        await server.SendAsync("StopInstance", """{"instanceName":"web-1"}""");
        await server.SendAsync("GetInstance", """{"instanceName":"web-1"}""");
        var dev = await server.AddUserAsync("dev", []);
        await server.PutAsync(25, credentials: dev);

        Assert.Equal(["refused PutInstancePublicPorts", "ports PutInstancePublicPorts"], await NamesAsync("ports", "refused"));
        Assert.Equal(["others StopInstance"], await NamesAsync("others"));
        Assert.Empty(await NamesAsync("server"));
        Assert.Contains("kinds[1]", (await ServerHarness.RefusalAsync(() => server.ActivitiesAsync(new() { Kinds = ["ports", "weather"] }))).Message, StringComparison.Ordinal);

        async Task<IEnumerable<string>> NamesAsync(params string[] kinds) => (await server.ActivitiesAsync(new() { Kinds = kinds })).Select(one => $"{one.Kind} {one.EventName}");
    }

    [Fact]
    public async Task Another_account_has_a_log_of_its_own()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.PutAsync(443);
        var other = await server.AddAccountAsync();

        Assert.DoesNotContain(await server.ActivitiesAsync(new(), other), one => one.EventName == "PutInstancePublicPorts");
        Assert.Empty(await server.ActivitiesAsync(new() { InstanceName = "web-1", Kind = "changes" }, other));
    }
}
