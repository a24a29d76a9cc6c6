using Portlight.Wire.PortlightApi;

namespace Portlight.Server.Tests.Review;

/// <summary>What one's own policies would answer.</summary>
public sealed class CheckAccessTests
{
    private const string Put = "lightsail:PutInstancePublicPorts";

    [Fact]
    public async Task Each_question_has_the_answer_that_the_call_would_have()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        await server.AddInstanceAsync("db-1");
        await server.TagAsync("web-1", "team", "web");
        var user = await server.AddUserAsync("dev", [
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:Get*","Resource":"*"},{"Effect":"Allow","Action":"lightsail:PutInstancePublicPorts","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"web"}}}]}"""]);

        var answers = await server.CheckAsync(
            user,
            new() { Action = Put, InstanceName = "web-1" },
            new() { Action = Put, InstanceName = "db-1" },
            new() { Action = "lightsail:GetInstances" },
            new() { Action = "iam:CreateUser" });

        Assert.Equal([true, false, true, false], answers.Select(answer => answer.IsAllowed));
        var refused = await server.AskAsync(user, "PutInstancePublicPorts", """{"instanceName":"db-1","portInfos":[]}""");
        Assert.StartsWith(answers[1].Message!, refused.Message, StringComparison.Ordinal); // of a request that asks for no rule the call adds that
    }

    [Fact]
    public async Task The_root_of_an_account_may_everything() =>
        Assert.True(Assert.Single(await (await ServerHarness.StartAsync()).CheckAsync(null, new AccessCheck { Action = Put, InstanceName = "nope" })).IsAllowed);

    [Fact]
    public async Task An_instance_that_the_caller_may_not_read_is_answered_as_one_that_is_not_there()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("secret");
        var user = await server.AddUserAsync("dev", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:StartInstance","Resource":"*"}]}"""]);

        var answers = await server.CheckAsync(user, new() { Action = Put, InstanceName = "secret" }, new() { Action = Put, InstanceName = "nope" });

        Assert.Equal(answers[1], answers[0]);
    }

    [Fact]
    public async Task That_an_instance_is_forbidden_by_its_tag_does_not_tell_that_there_is_one()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("secret");
        await server.TagAsync("secret", "team", "other");
        var user = await server.AddUserAsync("dev", [
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:PutInstancePublicPorts","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"other"}}}]}"""]);

        var answers = await server.CheckAsync(user, new() { Action = Put, InstanceName = "secret" }, new() { Action = Put, InstanceName = "nope" });

        Assert.Equal(answers[1], answers[0]);
        Assert.Equal("NotFoundException", (await server.AskAsync(user, "PutInstancePublicPorts", """{"instanceName":"secret","portInfos":[]}""")).Type);
    }

    [Fact]
    public async Task Anybody_may_ask_about_themselves()
    {
        await using var server = await ServerHarness.StartAsync();
        var user = await server.AddUserAsync("dev", []);

        Assert.False(Assert.Single(await server.CheckAsync(user, new AccessCheck { Action = "portlight:CheckAccess" })).IsAllowed);
    }

    [Theory]
    [InlineData("lightsail:*", null, "questions[0].action: `lightsail:*` is not the name of one action")]
    [InlineData("Put", null, "is not the name of one action")]
    [InlineData(null, null, "questions[0].action: is missing")]
    [InlineData(Put, "-", "questions[0].instanceName: ")]
    public async Task What_is_no_question_is_refused(string? action, string? instance, string message)
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.Contains(message, (await ServerHarness.RefusalAsync(() => server.CheckAsync(null, new AccessCheck { Action = action, InstanceName = instance }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_a_hundred_questions_are_refused()
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.Contains("at most 100", (await ServerHarness.RefusalAsync(() => server.CheckAsync(null, [.. Enumerable.Repeat(new AccessCheck { Action = Put }, 101)]))).Message, StringComparison.Ordinal);
    }
}
