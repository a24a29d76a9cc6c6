using System.Text.Json.Nodes;

namespace Portlight.Conformance;

/// <summary>Temporary credentials as the AWS CLI and boto3 get and use them: a role is assumed, and with its credentials ports are put.</summary>
public sealed class StsTests(Installation installation)
{
    private const string PutsPorts = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "lightsail:*InstancePublicPorts", "Resource": "*"}]}""";

    [Fact]
    public async Task The_CLI_assumes_a_role_and_puts_ports_with_it()
    {
        var root = new AwsCli(installation);
        AwsCli user = new(installation, await UserWithRoleAsync(root, "cli-sts"));
        await CallAsync(root, "lightsail", "create-instances", "--instance-names", "cli-sts", "--availability-zone", "us-east-1a", "--blueprint-id", "debian_12", "--bundle-id", "nano_3_0");

        var caller = await CallAsync(user, "sts", "get-caller-identity");
        var account = (string)caller["Account"]!;
        Assert.Equal($"arn:aws:iam::{account}:user/cli-sts", (string?)caller["Arn"]);
        var assumed = await CallAsync(user, "sts", "assume-role", "--role-arn", $"arn:aws:iam::{account}:role/cli-sts", "--role-session-name", "shell");
        Assert.Equal($"arn:aws:sts::{account}:assumed-role/cli-sts/shell", (string?)assumed["AssumedRoleUser"]!["Arn"]);
        Assert.InRange(DateTimeOffset.Parse((string)assumed["Credentials"]!["Expiration"]!) - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));

        AwsCli session = new(installation, Variables(assumed["Credentials"]!));
        Assert.Equal((string?)assumed["AssumedRoleUser"]!["Arn"], (string?)(await CallAsync(session, "sts", "get-caller-identity"))["Arn"]);
        var put = await CallAsync(session, "lightsail", "put-instance-public-ports", "--instance-name", "cli-sts", "--port-infos", "fromPort=443,toPort=443,protocol=tcp");
        Assert.Equal("Succeeded", (string?)put["operation"]!["status"]);
        await RefusedAsync(session, "AccessDeniedException", "lightsail", "delete-instance", "--instance-name", "cli-sts");
        await RefusedAsync(session, "AccessDenied", "sts", "get-session-token");
        await RefusedAsync(user, "AccessDenied", "sts", "assume-role", "--role-arn", $"arn:aws:iam::{account}:role/nobody", "--role-session-name", "shell");

        var own = (await CallAsync(user, "sts", "get-session-token", "--duration-seconds", "900"))["Credentials"]!;
        AwsCli ownSession = new(installation, Variables(own));
        Assert.Equal((string?)caller["Arn"], (string?)(await CallAsync(ownSession, "sts", "get-caller-identity"))["Arn"]);
        await RefusedAsync(ownSession, "InvalidClientTokenId", "iam", "list-users");
        Assert.Equal(account, (string?)(await CallAsync(root, "sts", "get-access-key-info", "--access-key-id", (string)own["AccessKeyId"]!))["Account"]);
    }

    [Fact]
    public async Task Boto3_assumes_a_role_with_a_policy_and_tags_and_reads_its_errors()
    {
        var root = new AwsCli(installation);
        await using var sts = ScriptedClient.Boto3Of(installation, "sts", await UserWithRoleAsync(root, "boto3-sts"));
        var account = (string)(await sts.CallAsync("GetCallerIdentity"))["Account"]!;
        var asked = $"\"RoleArn\": \"arn:aws:iam::{account}:role/boto3-sts\", \"RoleSessionName\": \"script\"";

        var assumed = await sts.CallAsync("AssumeRole", $$"""{{{asked}}, "Policy": {{JsonValue.Create(PutsPorts).ToJsonString()}}, "Tags": [{"Key": "team", "Value": "web"}], "TransitiveTagKeys": ["team"], "SourceIdentity": "me"}""");

        Assert.Equal("me", (string?)assumed["SourceIdentity"]);
        Assert.InRange((int)assumed["PackedPolicySize"]!, 1, 100);
        await using var lightsail = ScriptedClient.Boto3Of(installation, "lightsail", Variables(assumed["Credentials"]!));
        await lightsail.RefusedAsync("AccessDeniedException", "GetInstances", "{}");
        Assert.True((await sts.RefusedAsync("MalformedPolicyDocument", "AssumeRole", $$"""{{{asked}}, "Policy": "{}"}""")).IsTyped);
        await sts.RefusedAsync("ValidationError", "AssumeRole", $$"""{{{asked}}, "DurationSeconds": 7200}""");
    }

    /// <summary>A user, and a role of the same name that trusts it; the variables with the user's key.</summary>
    private static async Task<(string, string)[]> UserWithRoleAsync(AwsCli root, string name)
    {
        var arn = (string)(await CallAsync(root, "iam", "create-user", "--user-name", name))["User"]!["Arn"]!;
        var key = (await CallAsync(root, "iam", "create-access-key", "--user-name", name))["AccessKey"]!;
        var trust = $$"""{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "{{arn}}"}, "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]}]}""";
        await CallAsync(root, "iam", "create-role", "--role-name", name, "--assume-role-policy-document", trust);
        await CallAsync(root, "iam", "put-role-policy", "--role-name", name, "--policy-name", "ports", "--policy-document", PutsPorts);
        return [("AWS_ACCESS_KEY_ID", (string)key["AccessKeyId"]!), ("AWS_SECRET_ACCESS_KEY", (string)key["SecretAccessKey"]!)];
    }

    private static (string, string)[] Variables(JsonNode credentials) =>
    [
        ("AWS_ACCESS_KEY_ID", (string)credentials["AccessKeyId"]!),
        ("AWS_SECRET_ACCESS_KEY", (string)credentials["SecretAccessKey"]!),
        ("AWS_SESSION_TOKEN", (string)credentials["SessionToken"]!),
    ];

    private static async Task<JsonNode> CallAsync(AwsCli aws, string service, params string[] words)
    {
        (var code, var output, var errors) = await aws.RunServiceAsync(service, words);
        Assert.True(code == 0, $"`aws {service} {string.Join(' ', words)}` ended with {code}: {errors}");
        return JsonNode.Parse(output.Trim().Length > 0 ? output : "{}")!;
    }

    private static async Task RefusedAsync(AwsCli aws, string error, string service, params string[] words)
    {
        (var code, _, var errors) = await aws.RunServiceAsync(service, words);
        Assert.Equal(254, code);
        Assert.Contains($"An error occurred ({error}) when calling the ", errors, StringComparison.Ordinal);
    }
}
