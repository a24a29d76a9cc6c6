using Portlight.Server.Tests.Iam;

namespace Portlight.Server.Tests.Sts;

/// <summary>Temporary credentials of the caller itself, and what they are not good for.</summary>
public sealed class GetSessionTokenTests
{
    private const string BadToken = "The security token included in the request is invalid";

    [Theory]
    [InlineData(null, "2026-11-23T00:00:00Z")]
    [InlineData("900", "2026-11-22T12:15:00Z")]
    [InlineData("129600", "2026-11-24T00:00:00Z")]
    public async Task A_users_session_lasts_half_a_day_unless_asked_otherwise(string? seconds, string expiration)
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice");

        var result = await server.StsAsync(alice, "GetSessionToken", seconds is null ? [] : [("DurationSeconds", seconds)]);

        Assert.Equal("Credentials", result.Members());
        Assert.Equal(expiration, result.Text("Credentials", "Expiration"));
        Assert.Equal("arn:aws:iam::111122223333:user/alice", await server.WhoAsync(result.Credentials()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("43200")]
    public async Task A_roots_session_lasts_an_hour_at_most(string? seconds)
    {
        await using var server = await ServerHarness.StartAsync();

        var result = await server.StsAsync(server.Credentials, "GetSessionToken", seconds is null ? [] : [("DurationSeconds", seconds)]);

        Assert.Equal("2026-11-22T13:00:00Z", result.Text("Credentials", "Expiration"));
        Assert.Equal("arn:aws:iam::111122223333:root", await server.WhoAsync(result.Credentials()));
    }

    [Theory]
    [InlineData("899")]
    [InlineData("129601")]
    [InlineData("long")]
    public async Task A_duration_that_is_none_is_refused(string seconds)
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.Equal("ValidationError", (await server.StsRefusedAsync(server.Credentials, "GetSessionToken", ("DurationSeconds", seconds))).Code);
    }

    [Fact]
    public async Task It_calls_no_IAM_and_of_STS_only_what_is_documented()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice", IamCalls.AllowAll);
        var session = (await server.StsAsync(alice, "GetSessionToken")).Credentials();

        var iam = await server.IamRefusedAsync(session, "ListUsers");
        Assert.Equal((403, "InvalidClientTokenId", BadToken), (iam.Status, iam.Code, iam.Message));
        Assert.Equal((403, "AccessDenied", "Cannot call GetSessionToken with session credentials"), await server.StsRefusedAsync(session, "GetSessionToken"));
        Assert.Equal((403, "AccessDenied", "Cannot call GetAccessKeyInfo with session credentials"), await server.StsRefusedAsync(session, "GetAccessKeyInfo", ("AccessKeyId", alice.AccessKeyId)));
        using var lightsail = server.Request("Lightsail_20161128.GetRegions", "{}"u8.ToArray(), session);
        using var answer = await server.Http.SendAsync(lightsail, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_code_of_a_device_that_nobody_has_is_refused()
    {
        await using var server = await ServerHarness.StartAsync();

        var (status, code, message) = await server.StsRefusedAsync(server.Credentials, "GetSessionToken", ("SerialNumber", "GAHT12345678"), ("TokenCode", "123456"));

        Assert.Equal((403, "AccessDenied"), (status, code));
        Assert.StartsWith("MultiFactorAuthentication failed", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_account_of_a_key_can_be_told_from_its_id()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice", IamCalls.Allow("sts:GetAccessKeyInfo"));
        var session = (await server.StsAsync(alice, "GetSessionToken")).Credentials();

        Assert.Equal("111122223333", (await server.StsAsync(alice, "GetAccessKeyInfo", ("AccessKeyId", server.Credentials.AccessKeyId))).Text("Account"));
        Assert.Equal("111122223333", (await server.StsAsync(alice, "GetAccessKeyInfo", ("AccessKeyId", session.AccessKeyId))).Text("Account"));
        Assert.Equal("ValidationError", (await server.StsRefusedAsync(alice, "GetAccessKeyInfo", ("AccessKeyId", "AKIAIOSFODNN7EXAMPLE"))).Code);
        Assert.Equal("ValidationError", (await server.StsRefusedAsync(alice, "GetAccessKeyInfo", ("AccessKeyId", "ASIAIOSFODNN7EXAMPLE"))).Code);
        Assert.Equal("AccessDenied", (await server.StsRefusedAsync(await server.UserAsync("bob"), "GetAccessKeyInfo", ("AccessKeyId", alice.AccessKeyId))).Code);
    }
}
