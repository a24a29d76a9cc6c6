using System.Net.Sockets;
using Portlight.Domain;
using Portlight.Server.Tests.Confirming;
using Portlight.Server.Tests.Review;
using Portlight.Wire.PortlightApi;
using Attachment = Portlight.Domain.Attachment;

namespace Portlight.Server.Tests.History;

/// <summary>The changes of an instance's ports, as the API tells them.</summary>
public sealed class ListPortRevisionsTests
{
    [Fact]
    public async Task Each_change_is_told_with_who_made_it_what_it_did_and_what_became_of_it()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.PutAsync(443);
        var dev = await server.AddUserAsync("dev", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:*","Resource":"*"}]}"""]);
        await server.PutAsync(8080, credentials: dev);
        await server.SendAsync("GetInstancePortStates", """{"instanceName":"web-1"}""");

        var revisions = await server.RevisionsAsync("web-1");

        Assert.Equal(["dev", "root"], revisions.Select(one => one.By.Name));
        Assert.Equal([$"arn:aws:iam::{server.Scope.AccountId}:user/dev", $"arn:aws:iam::{server.Scope.AccountId}:root"], revisions.Select(one => one.By.Arn));
        Assert.All(revisions, one => Assert.Equal(("PutInstancePublicPorts", "127.0.0.1", "Succeeded"), (one.EventName, one.By.SourceIpAddress, one.Status)));
        Assert.Equal((443, 8080), (Assert.Single(revisions[0].Before!.PortStates).FromPort, Assert.Single(revisions[0].After!.PortStates).FromPort));
        Assert.Equal(["closes 443", "opens 8080"], revisions[0].Effects.Select(effect => $"{effect.Kind} {effect.FromPort}"));
        Assert.Equal(server.Find()!.Revision, revisions[0].Revision);
        Assert.Equal(server.Clock.GetUtcNow(), revisions[0].At);
    }

    [Fact]
    public async Task What_the_server_reverted_is_a_change_too_with_its_cause()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.PutAsync(443, confirm: "60");
        await server.UndoneAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(61)));

        var revisions = await server.RevisionsAsync("web-1");

        Assert.Equal([("ChangeReverted", "portlight", "not confirmed"), ("PutInstancePublicPorts", "root", null)], revisions.Select(one => (one.EventName, one.By.Name, one.Cause)));
        Assert.Equal((443, 22), (Assert.Single(revisions[0].Before!.PortStates).FromPort, Assert.Single(revisions[0].After!.PortStates).FromPort));
        Assert.NotNull(revisions[0].Revision);
    }

    [Fact]
    public async Task Pages_follow_each_other_and_their_size_is_bounded()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        foreach (var port in Enumerable.Range(1, 5))
        {
            await server.PutAsync(port);
        }

        var ports = new List<int>();
        string? token = null;
        do
        {
            var page = await server.RevisionPageAsync(new() { InstanceName = "web-1", MaxResults = 2, PageToken = token });
            ports.AddRange(page.Revisions.Select(one => one.After!.PortStates[0].FromPort));
            token = page.NextPageToken;
        }
        while (token is not null);

        Assert.Equal([5, 4, 3, 2, 1], ports);
        Assert.Contains("1 to 100", (await ServerHarness.RefusalAsync(() => server.RevisionPageAsync(new() { InstanceName = "web-1", MaxResults = 101 }))).Message, StringComparison.Ordinal);
        Assert.Contains("pageToken", (await ServerHarness.RefusalAsync(() => server.RevisionPageAsync(new() { InstanceName = "web-1", PageToken = "x" }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_may_on_one_instance_sees_no_other_that_had_its_name_and_none_that_its_words_are_in()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.PutAsync(443);
        await server.SendAsync("DeleteInstance", """{"instanceName":"web-1"}""");
        await server.AddWebAsync();
        await server.TagAsync("web-1", "team", "a");
        await server.PutAsync(8080);
        await server.AddWebAsync("web-2");
        await server.PutAsync(25, name: "web-2");
        var dev = await server.AddUserAsync("dev", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"portlight:ListPortRevisions","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}}]}"""]);

        Assert.Equal([8080], (await server.RevisionsAsync("web-1", dev)).Select(one => one.After!.PortStates[0].FromPort));
        Assert.Equal("AccessDeniedException", (await ServerHarness.RefusalAsync(() => server.RevisionsAsync("web-2", dev))).Type);
        Assert.Equal([8080, 0, 443], (await server.RevisionsAsync("web-1")).Select(one => one.After?.PortStates[0].FromPort ?? 0)); // the root: the deleted one, too
    }

    [Fact]
    public async Task Of_an_instance_that_is_gone_the_changes_are_told_to_callers_that_may_on_every_one()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.PutAsync(443);
        await server.SendAsync("DeleteInstance", """{"instanceName":"web-1"}""");

        Assert.Equal(["DeleteInstance", "PutInstancePublicPorts"], (await server.RevisionsAsync("web-1")).Select(one => one.EventName));
        Assert.Null((await server.RevisionsAsync("web-1"))[0].After);
        Assert.Empty(await server.RevisionsAsync("never"));
    }

    [Fact]
    public async Task Another_accounts_instance_of_the_name_is_not_there()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.PutAsync(443);

        Assert.Empty(await server.RevisionsAsync("web-1", await server.AddAccountAsync()));
    }

    [Fact]
    public async Task Networks_that_are_not_filtered_are_no_rule_to_put_back()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.ChangeAsync("web-1", instance => instance with { Attachment = new Attachment.Interface("tap0", [], [Cidr.Create(AddressFamily.InterNetwork, 0x0A000000, 8)]) });
        await server.PutAsync(443);

        var revision = Assert.Single(await server.RevisionsAsync("web-1"));

        Assert.Equal((22, 443), (Assert.Single(revision.Before!.PortStates).FromPort, Assert.Single(revision.After!.PortStates).FromPort));
        Assert.Equal(["narrows 22", "widens 443"], revision.Effects.Select(effect => $"{effect.Kind} {effect.FromPort}"));
    }

    [Fact]
    public async Task Of_very_many_rules_the_number_is_told()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.SendAsync("PutInstancePublicPorts", $$"""{"instanceName":"web-1","portInfos":[{{string.Join(',', Enumerable.Range(1, 501).Select(port => $$"""{"fromPort":{{port}},"toPort":{{port}},"protocol":"tcp"}"""))}}]}""");

        var revision = Assert.Single(await server.RevisionsAsync("web-1"));

        Assert.Equal((501, 0, 0), (revision.After!.OmittedRules, revision.After.PortStates.Count, revision.Effects.Count));
    }
}
