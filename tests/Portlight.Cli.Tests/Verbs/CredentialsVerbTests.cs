using Portlight.Agent;
using Portlight.Api;
using Portlight.Server;
using Portlight.Wire.Client;
using Portlight.Wire.Lightsail;
using Portlight.Wire.SigV4;

namespace Portlight.Cli.Tests.Verbs;

/// <summary><c>portlight credentials</c> on a data directory that a server has used.</summary>
public sealed class CredentialsVerbTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("portlight-credentials-");
    private readonly HttpClient _http = new();

    public void Dispose()
    {
        _http.Dispose();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task A_new_root_key_works_and_the_lost_one_does_not()
    {
        var lost = await ServeAsync((_, credentials) => Task.FromResult(credentials));

        var (code, output, error) = await RunAsync("reset-root");

        Assert.Equal((0, Path.Combine(_data.FullName, "credentials") + "\n"), (code, output));
        Assert.Contains("1 older root key deleted", error, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode("credentials"));
        await ServeAsync(async (server, credentials) =>
        {
            using var audit = Storage.Sqlite.AuditLogFile.Open(Path.Combine(_data.FullName, "portlight.db"));
            var log = System.Text.Encoding.UTF8.GetString(audit.FindAuditBlockBefore(long.MaxValue)!.Lines.Span);
            Assert.Contains("\"eventName\":\"RootKeyReset\"", log, StringComparison.Ordinal);
            Assert.Contains($"\"removedAccessKeyIds\":\"{lost.AccessKeyId}\"", log, StringComparison.Ordinal);
            Assert.Contains($"\"uid\":\"{(Environment.IsPrivilegedProcess ? "0" : "")}", log, StringComparison.Ordinal);
            Assert.DoesNotContain(credentials.SecretAccessKey, log, StringComparison.Ordinal);
            Assert.NotEqual(lost.AccessKeyId, credentials.AccessKeyId);
            Assert.DoesNotContain(credentials.SecretAccessKey, output + error, StringComparison.Ordinal);
            await CallAsync(server, credentials);
            Assert.Equal("UnrecognizedClientException", (await Assert.ThrowsAsync<AwsErrorException>(() => CallAsync(server, lost))).Type);
            return credentials;
        });
    }

    [Fact]
    public async Task Another_accounts_root_key_gets_a_file_of_its_own()
    {
        var owners = await ServeAsync(async (server, credentials) =>
        {
            await new AwsClient(_http, server.Addresses[0], "us-east-1", credentials, TimeProvider.System).SendAsync(
                "Portlight_20261122.CreateAccount",
                new() { AccountId = "123456789012" },
                Wire.PortlightApi.PortlightJson.Default.CreateAccountRequest,
                Wire.PortlightApi.PortlightJson.Default.CreateAccountResponse,
                TestContext.Current.CancellationToken);
            return credentials;
        });

        var (code, output, _) = await RunAsync("reset-root", "--account", "123456789012");

        Assert.Equal((0, Path.Combine(_data.FullName, "credentials-123456789012") + "\n"), (code, output));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode("credentials-123456789012"));
        Assert.Equal(owners, Read("credentials"));
        await ServeAsync(async (server, credentials) =>
        {
            await CallAsync(server, credentials);
            await CallAsync(server, Read("credentials-123456789012"));
            return credentials;
        });
    }

    [Fact]
    public async Task The_key_file_is_rotated_and_every_key_goes_on_working()
    {
        await ServeAsync((_, credentials) => Task.FromResult(credentials));
        var before = await File.ReadAllTextAsync(Path.Combine(_data.FullName, "secret.key"), TestContext.Current.CancellationToken);

        var (code, output, _) = await RunAsync("rotate-key-file");

        Assert.Equal(0, code);
        Assert.Matches("secret.key: key [0-9a-f]{8}, 2 secrets sealed anew, 1 older key dropped\n$", output);
        using (var audit = Storage.Sqlite.AuditLogFile.Open(Path.Combine(_data.FullName, "portlight.db")))
        {
            var log = System.Text.Encoding.UTF8.GetString(audit.FindAuditBlockBefore(long.MaxValue)!.Lines.Span);
            Assert.Matches("\"eventName\":\"KeyFileRotated\".*\"uid\":\"[0-9]+\".*\"resealedSecrets\":\"2\",\"keepsOldKeys\":\"false\"", log);
        }

        var after = await File.ReadAllLinesAsync(Path.Combine(_data.FullName, "secret.key"), TestContext.Current.CancellationToken);
        Assert.Equal(2, after.Length);
        Assert.DoesNotContain(after[1], before, StringComparison.Ordinal);
        await ServeAsync(async (server, credentials) =>
        {
            await CallAsync(server, credentials);
            return credentials;
        });
    }

    [Theory]
    [InlineData("reset-root")]
    [InlineData("rotate-key-file")]
    public async Task While_a_server_runs_it_says_what_to_do_and_changes_nothing(string verb) => await ServeAsync(async (server, credentials) =>
    {
        var (code, output, error) = await RunAsync(verb);

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("stop it (the ports stay as they are), run this again, start it", error, StringComparison.Ordinal);
        await CallAsync(server, credentials);
        return credentials;
    });

    [Theory]
    [InlineData("reset-root")]
    [InlineData("rotate-key-file")]
    public async Task Without_an_installation_nothing_is_made(string verb)
    {
        var (code, _, error) = await RunAsync(verb);

        Assert.Equal(1, code);
        Assert.Contains("start `portlight serve`", error, StringComparison.Ordinal);
        Assert.Empty(_data.GetFileSystemInfos());
    }

    [Fact]
    public async Task An_account_that_is_not_there_is_named()
    {
        await ServeAsync((_, credentials) => Task.FromResult(credentials));
        var before = Read("credentials");

        var (code, _, error) = await RunAsync("reset-root", "--account", "999999999999");

        Assert.Equal((1, "portlight: there is no account `999999999999` here\n"), (code, error));
        Assert.Equal(before, Read("credentials"));
    }

    private async Task<AwsCredentials> ServeAsync(Func<PortlightServer, AwsCredentials, Task<AwsCredentials>> use)
    {
        var options = new ServeOptions { DataDirectory = _data.FullName, Listen = [new Uri("http://127.0.0.1:0")], Enforce = EnforceMode.Record };
        await using var server = await PortlightServer.StartAsync(options, (_, _) => new RecordingAgent(TimeProvider.System, reason: null), TimeProvider.System, _ => { }, TestContext.Current.CancellationToken);
        return await use(server, Read("credentials"));
    }

    private Task CallAsync(PortlightServer server, AwsCredentials credentials) => new AwsClient(_http, server.Addresses[0], "us-east-1", credentials, TimeProvider.System).SendAsync(
        "Lightsail_20161128.GetRegions", new(), LightsailJson.Default.GetRegionsRequest, LightsailJson.Default.GetRegionsResponse, TestContext.Current.CancellationToken);

    private AwsCredentials Read(string file)
    {
        Assert.True(SharedCredentialsFile.TryRead(Path.Combine(_data.FullName, file), "default", out var credentials, out var problem), problem);
        return credentials;
    }

    private UnixFileMode Mode(string file) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(Path.Combine(_data.FullName, file));

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await PortlightCommand.RunAsync(["credentials", .. words, "--data", _data.FullName], output, error);
        return (code, output.ToString(), error.ToString());
    }
}
