using System.Text;
using Portlight.Api;
using Portlight.Server.Tests.Sts;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests.Access;

/// <summary>What a session's token lets its holder do, and when it no longer does.</summary>
public sealed class SessionTests
{
    private const string Key = "AKIAAAAAAAAAAAAAAAA1";
    private const string UserId = "AIDAAAAAAAAAAAAAAAAA1";
    private const string RoleId = "AROAAAAAAAAAAAAAAAAA1";
    private const string BadToken = "The security token included in the request is invalid";
    private const string GetPorts = "Lightsail_20161128.GetInstancePortStates";
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"instanceName":"web-1"}""");

    [Fact]
    public async Task A_session_of_a_role_is_the_role_under_the_sessions_name()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddRoleAsync("deploy");

        var caller = await server.StsAsync(RoleSession(server), "GetCallerIdentity");

        Assert.Equal(("arn:aws:sts::111122223333:assumed-role/deploy/build-7", "AROAAAAAAAAAAAAAAAAA1:build-7"), (caller.Text("Arn"), caller.Text("UserId")));
    }

    [Fact]
    public async Task A_session_of_a_user_or_the_root_is_the_caller_that_asked_for_it()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddUserAsync("alice");
        await server.AddKeyAsync("alice", Key);

        Assert.Equal("arn:aws:iam::111122223333:user/ops/alice", await server.WhoAsync(server.SessionOf(SessionKind.Caller, "alice", UserId, Key)));
        Assert.Equal("arn:aws:iam::111122223333:root", await server.WhoAsync(server.SessionOf(SessionKind.Caller, "", "", server.Credentials.AccessKeyId)));
    }

    [Fact]
    public async Task A_session_ends_when_its_time_is_over()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddRoleAsync("deploy");
        var session = RoleSession(server);

        server.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        await server.WhoAsync(session);
        server.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((403, "ExpiredToken", "The security token included in the request is expired"), await server.StsRefusedAsync(session, "GetCallerIdentity"));
        var (status, error) = await server.SendRefusedAsync(server.Request(GetPorts, Body, session));
        Assert.Equal((400, "ExpiredTokenException", "The security token included in the request is expired"), (status, error.Type, error.Message));
    }

    [Fact]
    public async Task A_token_of_another_session_another_installation_or_with_a_changed_letter_is_none()
    {
        await using var server = await ServerHarness.StartAsync();
        await using var other = await ServerHarness.StartAsync();
        await server.AddRoleAsync("deploy");
        await other.AddRoleAsync("deploy");
        var session = RoleSession(server);
        var changed = session.SessionToken![..40] + (session.SessionToken[40] == 'A' ? 'B' : 'A') + session.SessionToken[41..];
        var sealedSecret = Convert.ToBase64String(server.Server.Secrets.Seal("no session but a secret"u8));

        foreach (var token in new[] { RoleSession(server).SessionToken, RoleSession(other).SessionToken, changed, sealedSecret, "made-up", "", new string('A', 9000) })
        {
            var (status, error) = await server.SendRefusedAsync(server.Request(GetPorts, Body, session with { SessionToken = token }));
            Assert.Equal((400, "UnrecognizedClientException", BadToken), (status, error.Type, error.Message));
        }
    }

    [Fact]
    public async Task A_temporary_key_without_its_token_is_unknown()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddRoleAsync("deploy");

        var (_, error) = await server.SendRefusedAsync(server.Request(GetPorts, Body, RoleSession(server) with { SessionToken = null }));

        Assert.Equal(("UnrecognizedClientException", BadToken + "."), (error.Type, error.Message));
    }

    [Fact]
    public async Task A_session_needs_its_secret()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddRoleAsync("deploy");

        var (_, error) = await server.SendRefusedAsync(server.Request(GetPorts, Body, RoleSession(server) with { SecretAccessKey = "wrong" }));

        Assert.Equal("InvalidSignatureException", error.Type);
    }

    [Fact]
    public async Task A_session_of_a_role_that_was_deleted_and_made_anew_is_not_valid()
    {
        await using var server = await ServerHarness.StartAsync();
        var role = await server.AddRoleAsync("deploy");
        var session = RoleSession(server);
        await server.WhoAsync(session);

        await server.ChangeAsync(changes => changes.Remove(role));
        Assert.Equal("UnauthenticatedException", (await server.SendRefusedAsync(server.Request(GetPorts, Body, session))).Error.Type);
        await server.AddRoleAsync("deploy", id: "AROAAAAAAAAAAAAAAAAA2");
        Assert.Equal("UnauthenticatedException", (await server.SendRefusedAsync(server.Request(GetPorts, Body, session))).Error.Type);
        Assert.Equal((403, "InvalidClientTokenId"), await CodeAsync(server, session));
    }

    [Fact]
    public async Task A_session_of_a_user_ends_with_the_user_and_with_the_key_that_it_was_made_with()
    {
        await using var server = await ServerHarness.StartAsync();
        var user = await server.AddUserAsync("alice");
        await server.AddKeyAsync("alice", Key);
        var session = server.SessionOf(SessionKind.Caller, "alice", UserId, Key);
        await server.WhoAsync(session);

        await server.AddKeyAsync("alice", Key, isActive: false);
        Assert.Equal("UnauthenticatedException", (await server.SendRefusedAsync(server.Request(GetPorts, Body, session))).Error.Type);
        await server.AddKeyAsync("alice", Key);
        await server.ChangeAsync(changes => changes.Remove(user));
        Assert.Equal("UnauthenticatedException", (await server.SendRefusedAsync(server.Request(GetPorts, Body, session))).Error.Type);
        await server.AddUserAsync("alice", "AIDAAAAAAAAAAAAAAAAA2");
        Assert.Equal("UnauthenticatedException", (await server.SendRefusedAsync(server.Request(GetPorts, Body, session))).Error.Type);
    }

    [Fact]
    public async Task A_token_stays_good_when_the_server_starts_again()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddRoleAsync("deploy");
        var session = RoleSession(server);

        await server.RestartAsync();

        Assert.Equal("arn:aws:sts::111122223333:assumed-role/deploy/build-7", await server.WhoAsync(session));
    }

    [Fact]
    public async Task A_presigned_URL_carries_the_token_in_its_query()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddRoleAsync("deploy");
        var query = SigV4Signer.PresignedQuery(
            new SigV4Request<HostAlone>("GET", "/", "Action=GetCallerIdentity&Version=2011-06-15", new HostAlone(server.Endpoint.Authority), []),
            ["host"],
            RoleSession(server),
            new SigV4Rules { Service = "sts" },
            "us-east-1",
            server.Clock.GetUtcNow(),
            TimeSpan.FromMinutes(15));

        var answer = await server.Http.GetStringAsync(new Uri(server.Endpoint, "/?" + query), TestContext.Current.CancellationToken);

        Assert.Contains("<Arn>arn:aws:sts::111122223333:assumed-role/deploy/build-7</Arn>", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_count_as_the_key_that_they_began_with()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 3 });
        await server.AddRoleAsync("deploy");
        await server.AddUserAsync("alice");
        var key = await server.AddKeyAsync("alice", Key);

        await server.WhoAsync(key);
        await server.WhoAsync(RoleSession(server));
        await server.WhoAsync(RoleSession(server));

        Assert.Equal((400, "Throttling", "Rate exceeded"), await server.StsRefusedAsync(RoleSession(server), "GetCallerIdentity"));
        await server.WhoAsync(server.Credentials);
    }

    private static AwsCredentials RoleSession(ServerHarness server) => server.SessionOf(SessionKind.Role, "deploy", RoleId, Key);

    private static async Task<(int Status, string Code)> CodeAsync(ServerHarness server, AwsCredentials caller)
    {
        var (status, code, _) = await server.StsRefusedAsync(caller, "GetCallerIdentity");
        return (status, code);
    }

    private readonly struct HostAlone(string host) : IHeaderSource
    {
        public HeaderValues Get(string name) => name == "host" ? new(host) : default;

        public IEnumerable<string> Names => ["host"];
    }
}
