using System.Text.Json.Nodes;

namespace Portlight.Conformance;

/// <summary>boto3's IAM client: its paginators, its typed errors, and what it makes of the answers.</summary>
public sealed class IamBoto3Tests(Installation installation) : IAsyncLifetime
{
    private const string AllowAll = """{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}""";

    private ScriptedClient? _client;

    private ScriptedClient Client => _client ??= ScriptedClient.Boto3Of(installation, "iam");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Paginators_see_everything_once()
    {
        for (var number = 0; number < 7; number++)
        {
            await Client.CallAsync("CreateUser", $$"""{"UserName": "boto3-page-{{number}}", "Path": "/boto3pages/"}""");
        }

        (var users, var pages) = await Client.ListAsync("ListUsers", "Users", """{"PathPrefix": "/boto3pages/", "PaginationConfig": {"PageSize": 3}}""");
        Assert.Equal(3, pages);
        Assert.Equal(Enumerable.Range(0, 7).Select(number => $"boto3-page-{number}"), users.Select(user => (string?)user["UserName"]));
        await Client.CallAsync("CreateGroup", """{"GroupName": "boto3-pages"}""");
        foreach (var user in users)
        {
            await Client.CallAsync("AddUserToGroup", $$"""{"GroupName": "boto3-pages", "UserName": "{{user["UserName"]}}"}""");
        }

        (var members, pages) = await Client.ListAsync("GetGroup", "Users", """{"GroupName": "boto3-pages", "PaginationConfig": {"PageSize": 2}}""");
        Assert.Equal((7, 4), (members.Count, pages));
        (var policies, _) = await Client.ListAsync("ListPolicies", "Policies", """{"Scope": "AWS", "PaginationConfig": {"PageSize": 1}}""");
        Assert.Contains("AdministratorAccess", policies.Select(policy => (string?)policy["PolicyName"]));
    }

    [Fact]
    public async Task Every_kind_of_answer_and_error_is_decoded()
    {
        await Client.CallAsync("CreateUser", """{"UserName": "boto3-alice", "Tags": []}""");
        await Client.CallAsync("TagUser", """{"UserName": "boto3-alice", "Tags": [{"Key": "k", "Value": "ä + b"}]}""");
        Assert.Equal("ä + b", (string?)(await Client.CallAsync("ListUserTags", """{"UserName": "boto3-alice"}"""))["Tags"]![0]!["Value"]);
        var made = await Client.CallAsync("CreateAccessKey", """{"UserName": "boto3-alice"}""");
        var id = (string)made["AccessKey"]!["AccessKeyId"]!;
        Assert.Equal("N/A", (string?)(await Client.CallAsync("GetAccessKeyLastUsed", $$"""{"AccessKeyId": "{{id}}"}"""))["AccessKeyLastUsed"]!["ServiceName"]);
        await Client.CallAsync("PutUserPolicy", $$"""{"UserName": "boto3-alice", "PolicyName": "p", "PolicyDocument": "{{AllowAll}}"}""");
        Assert.Equal("p", (string?)(await Client.CallAsync("ListUserPolicies", """{"UserName": "boto3-alice"}"""))["PolicyNames"]![0]);
        Assert.True((int)(await Client.CallAsync("GetAccountSummary"))["SummaryMap"]!["Users"]! >= 1);
        Assert.Empty((await Client.CallAsync("ListMFADevices", """{"UserName": "boto3-alice"}"""))["MFADevices"]!.AsArray());

        foreach ((var error, var operation, var input) in new[]
        {
            ("NoSuchEntity", "GetUser", """{"UserName": "boto3-nobody"}"""),
            ("NoSuchEntity", "GetLoginProfile", """{"UserName": "boto3-alice"}"""),
            ("EntityAlreadyExists", "CreateUser", """{"UserName": "BOTO3-alice"}"""),
            ("DeleteConflict", "DeleteUser", """{"UserName": "boto3-alice"}"""),
            ("MalformedPolicyDocument", "PutUserPolicy", """{"UserName": "boto3-alice", "PolicyName": "q", "PolicyDocument": "{}"}"""),
            ("InvalidInput", "TagUser", """{"UserName": "boto3-alice", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]}"""),
        })
        {
            Assert.True((await Client.RefusedAsync(error, operation, input)).IsTyped, $"{error} is no exception of its own");
        }
    }
}
