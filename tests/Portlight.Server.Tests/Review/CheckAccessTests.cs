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

    [Fact]
    public async Task What_is_no_instance_is_asked_about_by_its_ARN_with_what_conditions_look_at()
    {
        await using var server = await ServerHarness.StartAsync();
        var user = await server.AddUserAsync("dev", [
            """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:CreateAccessKey","Resource":"arn:aws:iam::*:user/team/*"},
              {"Effect":"Allow","Action":"iam:AttachUserPolicy","Resource":"*","Condition":{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::111122223333:policy/reader"}}},
              {"Effect":"Allow","Action":"iam:DeleteUser","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"web"}}},
              {"Effect":"Allow","Action":"iam:PutUserPolicy","Resource":"*","Condition":{"ArnEquals":{"iam:PermissionsBoundary":"arn:aws:iam::111122223333:policy/limit"}}}]}
            """]);
        const string alice = "arn:aws:iam::111122223333:user/team/alice";

        var answers = await server.CheckAsync(
            user,
            new() { Action = "iam:CreateAccessKey", ResourceArn = alice },
            new() { Action = "iam:CreateAccessKey", ResourceArn = "arn:aws:iam::111122223333:user/bob" },
            new() { Action = "iam:AttachUserPolicy", ResourceArn = alice, PolicyArn = "arn:aws:iam::111122223333:policy/reader" },
            new() { Action = "iam:AttachUserPolicy", ResourceArn = alice, PolicyArn = "arn:aws:iam::111122223333:policy/admin" },
            new() { Action = "iam:DeleteUser", ResourceArn = alice, ResourceTags = [new() { Key = "team", Value = "web" }] },
            new() { Action = "iam:DeleteUser", ResourceArn = alice },
            new() { Action = "iam:PutUserPolicy", ResourceArn = alice, PermissionsBoundaryArn = "arn:aws:iam::111122223333:policy/limit" },
            new() { Action = "iam:PutUserPolicy", ResourceArn = alice });

        Assert.Equal([true, false, true, false, true, false, true, false], answers.Select(answer => answer.IsAllowed));
        Assert.Contains("iam:CreateAccessKey on resource: arn:aws:iam::111122223333:user/bob", answers[1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Put, "Allow", """{"NumericEquals":{"portlight:FromPort":443}}""", true)]
    [InlineData(Put, "Allow", """{"IpAddress":{"portlight:SourceCidr":"10.0.0.0/8"},"Bool":{"portlight:AnySource":"false"}}""", true)]
    [InlineData("portlight:ApplyPorts", "Allow", """{"NumericEquals":{"portlight:ToPort":443}}""", true)]
    [InlineData("lightsail:TagResource", "Allow", """{"StringEquals":{"aws:RequestTag/env":"dev"}}""", true)]
    [InlineData("lightsail:UntagResource", "Allow", """{"ForAllValues:StringEquals":{"aws:TagKeys":["env"]}}""", true)]
    [InlineData("iam:CreateUser", "Allow", """{"StringEquals":{"aws:RequestTag/env":"dev"}}""", true)]
    [InlineData("iam:UntagRole", "Allow", """{"ForAnyValue:StringEquals":{"aws:TagKeys":["env"]}}""", true)]
    [InlineData("sts:TagSession", "Allow", """{"StringEquals":{"aws:RequestTag/env":"dev"}}""", true)]
    [InlineData("iam:DeleteUser", "Allow", """{"StringEquals":{"aws:RequestTag/env":"dev"}}""", false)]
    [InlineData("lightsail:StartInstance", "Allow", """{"NumericEquals":{"portlight:FromPort":443}}""", false)] // its request brings no port
    [InlineData(Put, "Allow", """{"NumericEquals":{"portlight:FromPort":443},"StringEquals":{"aws:ResourceTag/team":"other"}}""", false)]
    [InlineData(Put, "Deny", """{"StringNotEquals":{"portlight:Protocol":"tcp"}}""", true)]
    [InlineData(Put, "Deny", """{"Null":{"portlight:FromPort":"true"}}""", true)]
    [InlineData(Put, "Deny", """{"StringEquals":{"aws:ResourceTag/team":"web"}}""", false)]
    public async Task What_a_request_would_bring_refuses_nothing_that_it_could_be_asked_for_without(string action, string effect, string condition, bool isAllowed)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        await server.TagAsync("web-1", "team", "web");
        var allow = effect == "Allow" ? "" : """{"Effect":"Allow","Action":"*","Resource":"*"},""";
        var user = await server.AddUserAsync("dev", [$$$"""{"Version":"2012-10-17","Statement":[{{{allow}}}{"Effect":"{{{effect}}}","Action":"{{{action}}}","Resource":"*","Condition":{{{condition}}}}]}"""]);

        Assert.Equal(isAllowed, Assert.Single(await server.CheckAsync(user, new AccessCheck { Action = action, InstanceName = "web-1" })).IsAllowed);
    }

    [Theory]
    [InlineData("web-1", "arn:aws:iam::111122223333:user/bob")]
    [InlineData(null, "bob")]
    [InlineData(null, "arn:aws:iam::111122223333:user/*")]
    public async Task One_thing_is_asked_about(string? instance, string arn)
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.Contains("questions[0].resourceArn", (await ServerHarness.RefusalAsync(() => server.CheckAsync(null, new AccessCheck { Action = "iam:DeleteUser", InstanceName = instance, ResourceArn = arn }))).Message, StringComparison.Ordinal);
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
