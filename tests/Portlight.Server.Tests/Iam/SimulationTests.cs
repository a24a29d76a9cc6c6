using System.Text;
using Portlight.Api;
using static Portlight.Server.Tests.Iam.IamCalls;

namespace Portlight.Server.Tests.Iam;

/// <summary>The simulation API: what policies would decide, and by which statements.</summary>
public sealed class SimulationTests
{
    private const string Put = "lightsail:PutInstancePublicPorts";
    private const string Instance = "arn:aws:lightsail:us-east-1:111122223333:Instance/00000000-0000-0000-0000-000000000001";

    [Fact]
    public async Task A_custom_policy_is_tried_out_with_the_statements_that_decide()
    {
        await using var server = await ServerHarness.StartAsync();
        const string Policy = """
            {"Version": "2012-10-17", "Statement": [
              {"Sid": "Open", "Effect": "Allow", "Action": "lightsail:*", "Resource": "*"},
              {"Sid": "Keep", "Effect": "Deny", "Action": "lightsail:DeleteInstance", "Resource": "*"}]}
            """;
        var answer = await server.IamAsync(
            "SimulateCustomPolicy",
            ("PolicyInputList.member.1", Policy), ("ActionNames.member.1", Put), ("ActionNames.member.2", "lightsail:DeleteInstance"), ("ActionNames.member.3", "iam:CreateUser"));
        Assert.Equal("allowed explicitDeny implicitDeny", answer.Each("EvaluationResults", "EvalDecision"));
        Assert.Equal("* * *", answer.Each("EvaluationResults", "EvalResourceName"));
        var results = answer.List("EvaluationResults");
        Assert.Equal("EvalActionName,EvalResourceName,EvalDecision,MatchedStatements,MissingContextValues", results[0].Members);
        var denying = Assert.Single(results[1].List("MatchedStatements"));
        Assert.Equal(
            ("SourcePolicyId,SourcePolicyType,StartPosition,EndPosition", "PolicyInputList.1", "none", "33", "391"),
            (denying.Members, denying.Text("SourcePolicyId"), denying.Text("SourcePolicyType"), denying["StartPosition"].Value, denying["EndPosition"].Value));
        Assert.Empty(results[2].List("MatchedStatements"));
        Assert.Equal("false", answer.Text("IsTruncated"));
    }

    /// <summary>Thousands of steps for each character of the value: one page of a thousand results would be minutes of work.</summary>
    [Fact]
    public async Task Simulations_that_take_much_work_are_cut_into_pages_that_are_complete_together()
    {
        await using var server = await ServerHarness.StartAsync();
        var policy = Allow("lightsail:*", condition: $$"""{"StringNotLike":{"aws:x":"*{{new string('a', 500)}}b"} }""");
        (string, string)[] asked =
        [
            ("PolicyInputList.member.1", policy), ("MaxItems", "1000"), ("ActionNames.member.1", "lightsail:A"), ("ActionNames.member.2", "lightsail:B"),
            ("ContextEntries.member.1.ContextKeyName", "aws:x"), ("ContextEntries.member.1.ContextKeyType", "string"), ("ContextEntries.member.1.ContextKeyValues.member.1", new string('a', 2_000)),
            .. Enumerable.Range(1, 6).Select(i => ($"ResourceArns.member.{i}", $"arn:aws:lightsail:us-east-1:111122223333:Instance/{i}")),
        ];
        var results = new List<string>();
        var (pages, marker) = (0, (string?)null);
        do
        {
            var answer = await server.IamAsync("SimulateCustomPolicy", marker is null ? asked : [.. asked, ("Marker", marker)]);
            results.AddRange(answer.List("EvaluationResults").Select(result => $"{result.Text("EvalActionName")} {result.Text("EvalResourceName")} {result.Text("EvalDecision")}"));
            marker = answer.Has("Marker") ? answer.Text("Marker") : null;
            pages++;
        }
        while (marker is not null);

        Assert.InRange(pages, 2, 6);
        Assert.Equal(from action in (string[])["A", "B"] from i in Enumerable.Range(1, 6) select $"lightsail:{action} arn:aws:lightsail:us-east-1:111122223333:Instance/{i} allowed", results);
    }

    [Fact]
    public async Task A_simulation_says_what_would_be_denied_for_taking_too_much_work()
    {
        await using var server = await ServerHarness.StartAsync();
        var policy = Allow("lightsail:*", condition: $$"""{"StringNotLike":{"aws:x":"*{{new string('a', 2_000)}}b"} }""");

        var refusal = await server.IamRefusedAsync(
            "SimulateCustomPolicy",
            ("PolicyInputList.member.1", policy), ("ActionNames.member.1", "lightsail:A"),
            ("ContextEntries.member.1.ContextKeyName", "aws:x"), ("ContextEntries.member.1.ContextKeyType", "string"), ("ContextEntries.member.1.ContextKeyValues.member.1", new string('a', 4_096)));

        Assert.StartsWith("400 InvalidInput: lightsail:A on *: the policies take more work than a request may cost", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_simulation_ends_when_its_caller_has_gone()
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.True(Wire.Query.QueryRequest.TryParse(Encoding.UTF8.GetBytes($"Action=SimulateCustomPolicy&Version=2010-05-08&ActionNames.member.1={Put}&PolicyInputList.member.1={Uri.EscapeDataString(AllowAll)}"), out var form, out _));
        var call = new Call
        {
            RequestId = "r",
            Now = server.Clock.GetUtcNow(),
            Entry = server.Server.Operations.First(entry => entry.Name == "SimulateCustomPolicy"),
            SpeaksQuery = true,
            Query = form,
            Region = server.Scope.Region,
            Principal = new Principal { Type = PrincipalType.Account, AccountId = server.Scope.AccountId, AccessKeyId = "AKIA", Arn = "arn", UserId = "id" },
            Aborted = new CancellationToken(canceled: true),
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Entry.RunAsync(call, default, new System.Buffers.ArrayBufferWriter<byte>()));
    }

    [Fact]
    public async Task What_a_principal_may_is_told_from_its_own_policies_its_groups_and_its_boundary()
    {
        await using var server = await ServerHarness.StartAsync();
        var limit = await server.PolicyAsync("limit", Allow("lightsail:*"));
        await server.IamAsync("CreateUser", ("UserName", "alice"), ("Path", "/ops/"), ("PermissionsBoundary", limit), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "edge"));
        await server.IamAsync("PutUserPolicy", ("UserName", "alice"), ("PolicyName", "own"), ("PolicyDocument", Allow("iam:*")));
        await server.IamAsync("CreateGroup", ("GroupName", "g"));
        await server.IamAsync("PutGroupPolicy", ("GroupName", "g"), ("PolicyName", "ports"), ("PolicyDocument", Allow(Put, condition: """{"StringEquals":{"aws:PrincipalTag/team":"edge","aws:username":"alice"}}""")));
        await server.IamAsync("AddUserToGroup", ("GroupName", "g"), ("UserName", "alice"));
        (string, string)[] asked = [("PolicySourceArn", "arn:aws:iam::111122223333:user/ops/alice"), ("ActionNames.member.1", Put), ("ActionNames.member.2", "iam:CreateUser"), ("ResourceArns.member.1", Instance)];

        var answer = await server.IamAsync("SimulatePrincipalPolicy", asked);

        Assert.Equal("allowed implicitDeny", answer.Each("EvaluationResults", "EvalDecision"));
        var results = answer.List("EvaluationResults");
        Assert.Equal(("group/g/ports", "group"), (results[0].Each("MatchedStatements", "SourcePolicyId"), results[0].Each("MatchedStatements", "SourcePolicyType")));
        Assert.Equal(["true", "false"], results.Select(result => result["PermissionsBoundaryDecisionDetail"].Text("AllowedByPermissionsBoundary")));
        var specific = Assert.Single(results[0].List("ResourceSpecificResults"));
        Assert.Equal((Instance, "allowed"), (specific.Text("EvalResourceName"), specific.Text("EvalResourceDecision")));

        var widened = await server.IamAsync("SimulatePrincipalPolicy", [.. asked, ("PermissionsBoundaryPolicyInputList.member.1", AllowAll)]);
        Assert.Equal("allowed allowed", widened.Each("EvaluationResults", "EvalDecision"));
        var asBob = await server.IamAsync("SimulatePrincipalPolicy", [.. asked, ("CallerArn", "arn:aws:iam::111122223333:user/bob")]);
        Assert.Equal("implicitDeny implicitDeny", asBob.Each("EvaluationResults", "EvalDecision")); // as if bob had these policies: his name is another
        var ofGroup = await server.IamAsync("SimulatePrincipalPolicy", [("PolicySourceArn", "arn:aws:iam::111122223333:group/g"), .. asked[1..]]);
        Assert.Equal("aws:PrincipalTag/team aws:username", ofGroup.List("EvaluationResults")[0].List("ResourceSpecificResults")[0].Texts("MissingContextValues"));
    }

    [Theory]
    [InlineData("aws:username", "alice")]
    [InlineData("aws:userid", "AIDA*")]
    [InlineData("aws:PrincipalArn", "arn:aws:iam::111122223333:user/alice")]
    [InlineData("aws:PrincipalAccount", "111122223333")]
    [InlineData("aws:PrincipalType", "User")]
    [InlineData("aws:PrincipalTag/team", "edge")]
    [InlineData("aws:ResourceAccount", "444455556666")]
    public async Task What_follows_from_whom_is_simulated_is_known(string key, string value)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateUser", ("UserName", "alice"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "edge"));
        await server.IamAsync("PutUserPolicy", ("UserName", "alice"), ("PolicyName", "own"), ("PolicyDocument", Allow(Put, condition: $$"""{"StringLike":{"{{key}}":"{{value}}"} }""")));

        var answer = await server.IamAsync(
            "SimulatePrincipalPolicy", ("PolicySourceArn", "arn:aws:iam::111122223333:user/alice"), ("ActionNames.member.1", Put), ("ResourceOwner", "444455556666"));

        Assert.Equal("allowed", answer.Each("EvaluationResults", "EvalDecision"));
        Assert.Empty(answer.List("EvaluationResults")[0].List("MissingContextValues"));
    }

    [Fact]
    public async Task A_statement_is_told_with_the_policy_that_it_stands_in()
    {
        await using var server = await ServerHarness.StartAsync();
        var managed = await server.PolicyAsync("all");
        await server.IamAsync("CreateUser", ("UserName", "alice"));
        await server.IamAsync("PutUserPolicy", ("UserName", "alice"), ("PolicyName", "ports"), ("PolicyDocument", Allow(Put)));
        await server.IamAsync("AttachUserPolicy", ("UserName", "alice"), ("PolicyArn", managed));

        var answer = await server.IamAsync(
            "SimulatePrincipalPolicy", ("PolicySourceArn", "arn:aws:iam::111122223333:user/alice"), ("ActionNames.member.1", Put), ("PolicyInputList.member.1", AllowAll));

        Assert.Equal(["PolicyInputList.1", managed, "user/alice/ports"], answer.List("EvaluationResults")[0].List("MatchedStatements").Select(statement => statement.Text("SourcePolicyId")).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("443", "443", "10.1.0.0/16", "allowed")]
    [InlineData("443", "443", "10.1.0.0/16 0.0.0.0/0", "implicitDeny")]
    [InlineData("443", "444", "10.1.0.0/16", "implicitDeny")]
    [InlineData("22", "443", "10.1.0.0/16", "implicitDeny")]
    public async Task A_guardrail_on_ports_is_tried_out_before_it_is_put(string from, string to, string sources, string decision)
    {
        await using var server = await ServerHarness.StartAsync();
        const string Guardrail = """
            {"NumericEquals":{"portlight:FromPort":"443","portlight:ToPort":"443"},"ForAllValues:IpAddress":{"portlight:SourceCidr":"10.0.0.0/8"},"Null":{"portlight:SourceCidr":"false"}}
            """;
        var values = sources.Split(' ').Select((source, i) => ($"ContextEntries.member.3.ContextKeyValues.member.{i + 1}", source));
        var answer = await server.IamAsync("SimulateCustomPolicy",
        [
            ("PolicyInputList.member.1", Allow(Put, condition: Guardrail)), ("ActionNames.member.1", Put), ("ResourceArns.member.1", Instance),
            ("ContextEntries.member.1.ContextKeyName", "portlight:FromPort"), ("ContextEntries.member.1.ContextKeyType", "numeric"), ("ContextEntries.member.1.ContextKeyValues.member.1", from),
            ("ContextEntries.member.2.ContextKeyName", "portlight:ToPort"), ("ContextEntries.member.2.ContextKeyType", "numeric"), ("ContextEntries.member.2.ContextKeyValues.member.1", to),
            ("ContextEntries.member.3.ContextKeyName", "portlight:SourceCidr"), ("ContextEntries.member.3.ContextKeyType", "ipList"), .. values,
        ]);
        Assert.Equal(decision, answer.Each("EvaluationResults", "EvalDecision"));
    }

    [Fact]
    public async Task Results_come_in_pages()
    {
        await using var server = await ServerHarness.StartAsync();
        (string, string)[] asked = [("PolicyInputList.member.1", AllowAll), .. Enumerable.Range(1, 5).Select(i => ($"ActionNames.member.{i}", $"iam:A{i}")), .. Enumerable.Range(1, 3).Select(i => ($"ResourceArns.member.{i}", $"arn:aws:iam::111122223333:user/{i}"))];
        var seen = new StringBuilder();
        string? marker = null;
        var pages = 0;
        do
        {
            var page = await server.IamAsync("SimulateCustomPolicy", [.. asked, ("MaxItems", "4"), .. marker is null ? [] : new[] { ("Marker", marker) }]);
            foreach (var result in page.List("EvaluationResults"))
            {
                seen.Append(result.Text("EvalActionName")[5..]).Append(result.Text("EvalResourceName")[^1]).Append(' ');
            }

            marker = page.Has("Marker") ? page.Text("Marker") : null;
            pages++;
        }
        while (marker is not null);
        Assert.Equal((4, "11 12 13 21 22 23 31 32 33 41 42 43 51 52 53 "), (pages, seen.ToString()));
    }

    [Theory]
    [InlineData("PolicyInputList.member.1={}", "InvalidInput", "PolicyInputList.1: ")]
    [InlineData("ActionNames.member.1=iam:*", "InvalidInput", "ActionNames: iam:* must be one action")]
    [InlineData("ActionNames.member.1=CreateUser", "InvalidInput", "ActionNames: CreateUser must be one action")]
    [InlineData("CallerArn=arn:aws:iam::111122223333:role/r", "InvalidInput", "CallerArn: ")]
    [InlineData("ResourcePolicy={}", "InvalidInput", "ResourcePolicy and ResourceHandlingOption ")]
    [InlineData("ContextEntries.member.1.ContextKeyName=a:key ContextEntries.member.1.ContextKeyType=numeric ContextEntries.member.1.ContextKeyValues.member.1=x", "InvalidInput", "Invalid value for the context key a:key")]
    [InlineData("ContextEntries.member.1.ContextKeyName=a:key ContextEntries.member.1.ContextKeyType=string ContextEntries.member.1.ContextKeyValues=", "InvalidInput", "The context key a:key is given as string with 0 values")]
    [InlineData("ContextEntries.member.1.ContextKeyName=a:key ContextEntries.member.1.ContextKeyType=text", "ValidationError", "1 validation error detected: Value at 'contextEntries.member.1.ContextKeyType'")]
    [InlineData("PermissionsBoundaryPolicyInputList.member.1={} PermissionsBoundaryPolicyInputList.member.2={}", "ValidationError", "1 validation error detected: Value at 'permissionsBoundaryPolicyInputList'")]
    public async Task What_cannot_be_simulated_is_refused_with_its_reason(string more, string code, string message)
    {
        await using var server = await ServerHarness.StartAsync();
        var parameters = new Dictionary<string, string> { ["PolicyInputList.member.1"] = AllowAll, ["ActionNames.member.1"] = "iam:CreateUser" };
        foreach (var word in more.Split(' '))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            parameters[word[..equals]] = word[(equals + 1)..];
        }

        var refused = await server.IamRefusedAsync("SimulateCustomPolicy", [.. parameters.Select(pair => (pair.Key, pair.Value))]);
        Assert.Equal((400, code), (refused.Status, refused.Code));
        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("arn:aws:iam::111122223333:user/none", "404 NoSuchEntity: The user with name none cannot be found.")]
    [InlineData("arn:aws:iam::111122223333:user/other/alice", "404 NoSuchEntity: The user with name alice cannot be found.")]
    [InlineData("arn:aws:iam::444455556666:user/alice", "404 NoSuchEntity: The user with name alice cannot be found.")]
    [InlineData("arn:aws:iam::111122223333:root", "400 InvalidInput: Invalid Entity Arn: arn:aws:iam::111122223333:root does not clearly define entity type and name.")]
    [InlineData("arn:aws:iam::111122223333:user/", "400 InvalidInput: Invalid Entity Arn: arn:aws:iam::111122223333:user/ does not clearly define entity type and name.")]
    public async Task Only_a_user_or_role_that_is_there_can_be_simulated(string arn, string refusal)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateUser", ("UserName", "alice"));
        Assert.Equal(refusal, (await server.IamRefusedAsync("SimulatePrincipalPolicy", ("PolicySourceArn", arn), ("ActionNames.member.1", "iam:CreateUser"))).ToString());
    }
}
