using System.Text.Json.Nodes;

namespace Portlight.Conformance;

/// <summary>The story of a team, as its administrator types it: `aws iam`, with what people use in a shell.</summary>
public sealed class IamCliTests(Installation installation)
{
    private const string PortsOnly = """
        {"Version": "2012-10-17", "Statement": [
          {"Sid": "Read", "Effect": "Allow", "Action": "lightsail:Get*", "Resource": "*"},
          {"Sid": "Web", "Effect": "Allow", "Action": ["lightsail:PutInstancePublicPorts", "lightsail:OpenInstancePublicPorts"], "Resource": "*",
           "Condition": {"NumericEquals": {"portlight:FromPort": "443", "portlight:ToPort": "443"}}}]}
        """;

    private const string Trust = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}""";

    [Fact]
    public async Task A_team_is_given_users_groups_policies_and_roles_and_taken_apart_again()
    {
        await RunAsync("create-group", "--group-name", "cli-web", "--path", "/team/");
        var user = (await RunAsync("create-user", "--user-name", "cli-alice", "--path", "/team/", "--tags", "Key=team,Value=web", "Key=floor,Value=2"))["User"]!;
        Assert.Equal("/team/", (string?)user["Path"]);
        Assert.EndsWith(":user/team/cli-alice", (string?)user["Arn"], StringComparison.Ordinal);
        Assert.InRange(TimeProvider.System.GetUtcNow() - DateTimeOffset.Parse((string)user["CreateDate"]!), TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(30));
        await RunAsync("add-user-to-group", "--group-name", "cli-web", "--user-name", "cli-alice");

        var arn = (string)(await RunAsync("create-policy", "--policy-name", "cli-ports", "--policy-document", PortsOnly, "--description", "443 & no more"))["Policy"]!["Arn"]!;
        await RunAsync("attach-group-policy", "--group-name", "cli-web", "--policy-arn", arn);
        await RunAsync("put-user-policy", "--user-name", "cli-alice", "--policy-name", "own", "--policy-document", PortsOnly);
        var put = await RunAsync("get-user-policy", "--user-name", "cli-alice", "--policy-name", "own");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(PortsOnly), put["PolicyDocument"])); // the CLI decodes the document by itself

        var version = (await RunAsync("create-policy-version", "--policy-arn", arn, "--policy-document", PortsOnly, "--set-as-default"))["PolicyVersion"]!;
        Assert.Equal(("v2", true), ((string?)version["VersionId"], (bool)version["IsDefaultVersion"]!));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(PortsOnly), (await RunAsync("get-policy-version", "--policy-arn", arn, "--version-id", "v2"))["PolicyVersion"]!["Document"]));
        Assert.Equal("cli-ports", (string?)(await RunAsync("list-attached-group-policies", "--group-name", "cli-web"))["AttachedPolicies"]![0]!["PolicyName"]);
        Assert.Equal("cli-web", (string?)(await RunAsync("list-entities-for-policy", "--policy-arn", arn))["PolicyGroups"]![0]!["GroupName"]);

        var role = (await RunAsync("create-role", "--role-name", "cli-deploy", "--assume-role-policy-document", Trust, "--max-session-duration", "7200"))["Role"]!;
        Assert.Equal(7200, (int)role["MaxSessionDuration"]!);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Trust), role["AssumeRolePolicyDocument"]));
        await RunAsync("update-role", "--role-name", "cli-deploy", "--max-session-duration", "3600"); // its answer has a result with nothing in it

        await RefusedAsync("DeleteConflict", "delete-user", "--user-name", "cli-alice");
        await RunAsync("delete-user-policy", "--user-name", "cli-alice", "--policy-name", "own");
        await RunAsync("remove-user-from-group", "--group-name", "cli-web", "--user-name", "cli-alice");
        await RunAsync("delete-user", "--user-name", "cli-alice");
        await RunAsync("delete-role", "--role-name", "cli-deploy");
        await RunAsync("detach-group-policy", "--group-name", "cli-web", "--policy-arn", arn);
        await RunAsync("delete-policy-version", "--policy-arn", arn, "--version-id", "v1");
        await RunAsync("delete-policy", "--policy-arn", arn);
        await RunAsync("delete-group", "--group-name", "cli-web");
        await RefusedAsync("NoSuchEntity", "get-user", "--user-name", "cli-alice");
    }

    [Fact]
    public async Task A_guardrail_is_tried_out_in_a_shell()
    {
        await RunAsync("create-user", "--user-name", "cli-bob");
        await RunAsync("put-user-policy", "--user-name", "cli-bob", "--policy-name", "ports", "--policy-document", PortsOnly);
        var arn = (string)(await RunAsync("get-user", "--user-name", "cli-bob"))["User"]!["Arn"]!;
        foreach ((var port, var decision) in new[] { ("443", "allowed"), ("22", "implicitDeny") })
        {
            var results = (await RunAsync(
                "simulate-principal-policy", "--policy-source-arn", arn, "--action-names", "lightsail:PutInstancePublicPorts", "--context-entries",
                $"ContextKeyName=portlight:FromPort,ContextKeyType=numeric,ContextKeyValues={port}", $"ContextKeyName=portlight:ToPort,ContextKeyType=numeric,ContextKeyValues={port}"))["EvaluationResults"]!;
            Assert.Equal(decision, (string?)results[0]!["EvalDecision"]);
            Assert.Equal(decision == "allowed" ? 1 : 0, results[0]!["MatchedStatements"]!.AsArray().Count);
        }

        var missing = (await RunAsync("simulate-custom-policy", "--policy-input-list", PortsOnly, "--action-names", "lightsail:PutInstancePublicPorts"))["EvaluationResults"]!;
        Assert.Equal(["portlight:FromPort", "portlight:ToPort"], missing[0]!["MissingContextValues"]!.AsArray().Select(key => (string?)key));
    }

    [Fact]
    public async Task A_new_key_works_at_once_and_what_it_may_not_is_refused_as_AWS_refuses_it()
    {
        await RunAsync("create-user", "--user-name", "cli-carol");
        var key = (await RunAsync("create-access-key", "--user-name", "cli-carol"))["AccessKey"]!;
        var carol = new AwsCli(installation, ("AWS_ACCESS_KEY_ID", (string)key["AccessKeyId"]!), ("AWS_SECRET_ACCESS_KEY", (string)key["SecretAccessKey"]!));
        (var code, _, var errors) = await carol.RunServiceAsync("iam", "list-users");
        Assert.Equal(254, code);
        Assert.Contains("An error occurred (AccessDenied) when calling the ListUsers operation: User: ", errors, StringComparison.Ordinal);
        await RunAsync("attach-user-policy", "--user-name", "cli-carol", "--policy-arn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess");
        (code, var output, errors) = await carol.RunServiceAsync("iam", "list-users", "--query", "Users[?UserName=='cli-carol'].UserName", "--output", "text");
        Assert.Equal((0, "cli-carol\n", ""), (code, output, errors));
    }

    private async Task<JsonNode> RunAsync(params string[] words)
    {
        (var code, var output, var errors) = await new AwsCli(installation).RunServiceAsync("iam", words);
        Assert.True(code == 0, $"`aws iam {string.Join(' ', words)}` ended with {code}: {errors}");
        return JsonNode.Parse(output.Trim().Length > 0 ? output : "{}")!;
    }

    private async Task RefusedAsync(string error, params string[] words)
    {
        (var code, _, var errors) = await new AwsCli(installation).RunServiceAsync("iam", words);
        Assert.Equal(254, code);
        Assert.Contains($"An error occurred ({error}) when calling the ", errors, StringComparison.Ordinal);
    }
}
