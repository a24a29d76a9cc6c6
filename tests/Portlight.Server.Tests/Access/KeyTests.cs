using System.Text;
using Portlight.Domain;
using Portlight.Server.Tests.Audit;
using Portlight.Server.Tests.Sts;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests.Access;

/// <summary>Whom an access key stands for, and what is said of one that is no longer valid.</summary>
public sealed class KeyTests
{
    private const string Key = "AKIAAAAAAAAAAAAAAAA1";
    private const string UnknownKey = "The security token included in the request is invalid.";
    private const string GetPorts = "Lightsail_20161128.GetInstancePortStates";
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"instanceName":"web-1"}""");

    [Fact]
    public async Task A_key_of_a_user_is_that_user()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddUserAsync("alice");

        var caller = await server.StsAsync(await server.AddKeyAsync("alice", Key), "GetCallerIdentity");

        Assert.Equal("Arn,UserId,Account", caller.Members());
        Assert.Equal(("arn:aws:iam::111122223333:user/ops/alice", "AIDAAAAAAAAAAAAAAAAA1", "111122223333"), (caller.Text("Arn"), caller.Text("UserId"), caller.Text("Account")));
    }

    [Fact]
    public async Task A_key_of_no_user_is_the_root()
    {
        await using var server = await ServerHarness.StartAsync();

        var caller = await server.StsAsync(server.Credentials, "GetCallerIdentity");

        Assert.Equal(("arn:aws:iam::111122223333:root", "111122223333", "111122223333"), (caller.Text("Arn"), caller.Text("UserId"), caller.Text("Account")));
    }

    [Fact]
    public async Task The_key_of_a_user_that_is_gone_is_not_valid()
    {
        await using var server = await ServerHarness.StartAsync();
        var key = await server.AddKeyAsync("alice", Key);

        Assert.Equal((400, "UnauthenticatedException"), await RefusedAsync(server, key));
    }

    [Fact]
    public async Task An_inactive_key_is_told_what_an_unknown_one_is_told_whether_its_secret_is_right_or_not()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddUserAsync("alice");
        var key = await server.AddKeyAsync("alice", Key, isActive: false);

        foreach (var tried in new[] { key, key with { SecretAccessKey = "wrong" }, key with { AccessKeyId = "AKIAAAAAAAAAAAAAAAA9" } })
        {
            var (status, error) = await server.SendRefusedAsync(server.Request(GetPorts, Body, tried));
            Assert.Equal((400, "UnrecognizedClientException", UnknownKey), (status, error.Type, error.Message));
        }
    }

    [Fact]
    public async Task A_caller_without_the_secret_does_not_learn_that_a_key_is_not_valid()
    {
        await using var server = await ServerHarness.StartAsync();
        var userless = await server.AddKeyAsync("nobody", Key);
        var closed = await CloseAccountAsync(server);

        foreach (var key in new[] { userless, closed })
        {
            var (status, error) = await server.SendRefusedAsync(server.Request(GetPorts, Body, key with { SecretAccessKey = "wrong" }));
            Assert.Equal((400, "UnrecognizedClientException", UnknownKey), (status, error.Type, error.Message));
            Assert.Equal((400, "UnauthenticatedException"), await RefusedAsync(server, key));
        }
    }

    [Fact]
    public async Task A_key_that_is_made_inactive_is_refused_from_the_next_request_on()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddUserAsync("alice");
        var key = await server.AddKeyAsync("alice", Key);
        Assert.Equal("arn:aws:iam::111122223333:user/ops/alice", await server.WhoAsync(key));

        await server.AddKeyAsync("alice", Key, isActive: false);

        Assert.Equal((403, "InvalidClientTokenId", UnknownKey), await server.StsRefusedAsync(key, "GetCallerIdentity"));
    }

    [Fact]
    public async Task Global_services_are_signed_for_any_region_of_AWS_open_or_not()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { Region = "eu-central-1" });

        Assert.Equal("arn:aws:iam::111122223333:root", await server.WhoAsync(server.Credentials, "us-east-1"));
        Assert.Equal("arn:aws:iam::111122223333:root", await server.WhoAsync(server.Credentials, "eu-central-1"));
        Assert.Equal("arn:aws:iam::111122223333:root", await server.WhoAsync(server.Credentials, "eu-west-1"));
        Assert.Equal("arn:aws:iam::111122223333:root", await server.WhoAsync(server.Credentials, "aws-global"));
        using var trail = await server.Http.SendAsync(
            server.Request("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents", "{}"u8.ToArray(), region: "ap-south-1", service: "cloudtrail"), TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)trail.StatusCode);
        var (status, root) = await StsCalls.SendAsync(server, server.Credentials, "GetCallerIdentity", "eu-nowhere-1");
        Assert.Equal((403, "SignatureDoesNotMatch"), (status, StsCalls.Refusal(status, root).Code));
        var (_, error) = await server.SendRefusedAsync(server.Request(GetPorts, Body, region: "us-east-1"));
        Assert.Equal("InvalidSignatureException", error.Type);
    }

    [Fact]
    public async Task The_use_of_a_key_is_noted_once_a_minute()
    {
        await using var server = await ServerHarness.StartAsync();
        var began = server.Clock.GetUtcNow();

        await server.WhoAsync(server.Credentials);
        Assert.Equal(new AccessKeyUse(server.Credentials.AccessKeyId, began, "sts", "us-east-1"), await UseAsync(server));

        server.Clock.Advance(TimeSpan.FromSeconds(59));
        await server.SendRefusedAsync(server.Request(GetPorts, Body));
        Assert.Equal(began, (await UseAsync(server))!.At);

        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await server.SendRefusedAsync(server.Request(GetPorts, Body));
        Assert.Equal(new AccessKeyUse(server.Credentials.AccessKeyId, began.AddMinutes(1), "lightsail", "us-east-1"), await UseAsync(server));
    }

    /// <summary>Writes become durable in their order: once a later one is, every note before it is there.</summary>
    private static async Task<AccessKeyUse?> UseAsync(ServerHarness server)
    {
        await server.FlushAuditAsync();
        return server.Server.Store.View.FindAccessKeyUse(server.Credentials.AccessKeyId);
    }

    private static async Task<(int Status, string Type)> RefusedAsync(ServerHarness server, AwsCredentials key)
    {
        var (status, error) = await server.SendRefusedAsync(server.Request(GetPorts, Body, key));
        return (status, error.Type);
    }

    private static async Task<AwsCredentials> CloseAccountAsync(ServerHarness server)
    {
        var json = PortlightJson.Default;
        var made = await server.Client().SendAsync("Portlight_20261122.CreateAccount", new(), json.CreateAccountRequest, json.CreateAccountResponse, TestContext.Current.CancellationToken);
        await server.Client().SendAsync("Portlight_20261122.CloseAccount", new() { AccountId = made.Account.AccountId }, json.CloseAccountRequest, json.CloseAccountResponse, TestContext.Current.CancellationToken);
        return new AwsCredentials(made.AccessKeyId, made.SecretAccessKey);
    }
}
