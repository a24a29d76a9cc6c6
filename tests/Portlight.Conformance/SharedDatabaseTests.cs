using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Portlight.TestKit;
using Portlight.TestKit.Postgres;

namespace Portlight.Conformance;

/// <summary>Two servers on one PostgreSQL, and the AWS CLI at either: none of them is special, and what one has answered is so at the other.</summary>
public sealed class SharedDatabaseTests : IAsyncLifetime
{
    private static readonly HttpClient Http = new();

    private readonly string _directory = Directory.CreateTempSubdirectory("portlight-shared-").FullName;
    private readonly List<Process> _servers = [];

    private PostgresServer Postgres { get; set; } = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        NotRun.Unless(!UserNamespace.IsEntered, "PostgreSQL refuses root, and these tests have no other user here");
        Postgres = await PostgresServer.StartAsync("fsync = off");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            if (!server.HasExited)
            {
                server.Kill();
                await server.WaitForExitAsync();
            }

            server.Dispose();
        }

        await Postgres.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Any_client_at_any_server_finds_what_another_was_told()
    {
        var a = await StartAsync("a");
        JoinAs("b", "a");
        var b = await StartAsync("b");

        await AwsAsync(a, "lightsail", "create-instances", "--instance-names", "web", "--availability-zone", "us-east-1a", "--blueprint-id", "debian_12", "--bundle-id", "nano_3_0");
        await AwsAsync(b, "lightsail", "put-instance-public-ports", "--instance-name", "web", "--port-infos", "fromPort=443,toPort=443,protocol=tcp");
        foreach (var server in new[] { a, b })
        {
            var states = await AwsAsync(server, "lightsail", "get-instance-port-states", "--instance-name", "web");
            Assert.Equal(443, (int)Assert.Single(states["portStates"]!.AsArray())!["fromPort"]!);
        }

        // A key that one has made works at the other at once, and one that it has revoked at no other any more.
        await AwsAsync(a, "iam", "create-user", "--user-name", "ann");
        await AwsAsync(a, "iam", "put-user-policy", "--user-name", "ann", "--policy-name", "reads", "--policy-document", """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"lightsail:Get*","Resource":"*"}}""");
        var key = (await AwsAsync(b, "iam", "create-access-key", "--user-name", "ann"))["AccessKey"]!;
        (string Id, string Secret) ann = ((string)key["AccessKeyId"]!, (string)key["SecretAccessKey"]!);
        Assert.Equal(0, (await RunAsync(a, ann, "lightsail", "get-instance-port-states", "--instance-name", "web")).Code);
        Assert.Equal(0, (await RunAsync(b, ann, "lightsail", "get-instance-port-states", "--instance-name", "web")).Code);
        await AwsAsync(a, "iam", "delete-access-key", "--user-name", "ann", "--access-key-id", ann.Id);
        var refused = await RunAsync(b, ann, "lightsail", "get-instance-port-states", "--instance-name", "web");
        Assert.Contains("UnrecognizedClientException", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_says_when_commits_wait_for_no_standby_and_when_the_database_does_not_answer()
    {
        await StopAsync(await StartAsync("a"));
        Assert.Contains("wait for no standby", await DoctorAsync(), StringComparison.Ordinal);
        Assert.Contains("every server of the database the same file", await DoctorAsync(), StringComparison.Ordinal);
        await Postgres.SqlAsync("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'b'", "SELECT pg_reload_conf()");
        Assert.Contains("wait for a standby", await DoctorAsync(), StringComparison.Ordinal);
        await Postgres.KillAsync();
        Assert.Contains("could not be written or read", await DoctorAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_that_read_what_is_stored_find_it_in_the_database_beside_its_servers()
    {
        var a = await StartAsync("a");
        await AwsAsync(a, "lightsail", "create-key-pair", "--key-pair-name", "mine");

        Assert.Contains("events", (await VerbAsync(0, "audit", "verify", "--data", Data("a"))).Output, StringComparison.Ordinal);
        await VerbAsync(0, "backup", Data("backup.tar.gz"), "--data", Data("a"));
        var misled = Portlight("backup", Data("none.tar.gz"), "--data", Data("a"));
        misled.Environment.Remove("PORTLIGHT_DATABASE");
        Assert.Contains("PORTLIGHT_DATABASE", (await Programs.RunAsync(misled)).Errors, StringComparison.Ordinal);

        // What was made of the database is an installation like any other.
        var restore = Portlight("restore", Data("backup.tar.gz"), "--data", Data("own"));
        restore.Environment.Remove("PORTLIGHT_DATABASE");
        Assert.Equal(0, (await Programs.RunAsync(restore)).ExitCode);
        var serve = Serve("own");
        serve.Environment.Remove("PORTLIGHT_DATABASE");
        serve.Environment["PORTLIGHT_ENFORCE"] = "record";
        var own = await StartAsync("own", serve);
        Assert.Contains("mine", (await AwsAsync(own, "lightsail", "get-key-pairs")).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_changed_on_the_machine_of_a_server_that_is_stopped_and_the_file_that_seals_only_while_none_runs()
    {
        var a = await StartAsync("a");
        JoinAs("b", "a");
        var b = await StartAsync("b");
        Assert.Contains("a server runs", (await VerbAsync(1, "credentials", "reset-root", "--data", Data("a"))).Errors, StringComparison.Ordinal);
        await StopAsync(a);
        await VerbAsync(0, "credentials", "reset-root", "--data", Data("a"));
        await AwsAsync(b with { DataDirectory = Data("a") }, "lightsail", "get-key-pairs");
        Assert.Contains("UnrecognizedClientException", (await RunAsync(b, null, "lightsail", "get-key-pairs")).Errors, StringComparison.Ordinal);

        Assert.Contains("stop every server", (await VerbAsync(1, "credentials", "rotate-key-file", "--data", Data("a"))).Errors, StringComparison.Ordinal);
        await StopAsync(b);
        Assert.Contains("every other server", (await VerbAsync(0, "credentials", "rotate-key-file", "--data", Data("a"))).Errors, StringComparison.Ordinal);
        Assert.Contains("does not open", (await Programs.RunAsync(Serve("b"))).Errors, StringComparison.Ordinal);
        File.Copy(Path.Combine(Data("a"), "secret.key"), Path.Combine(Data("b"), "secret.key"), overwrite: true);
        b = await StartAsync("b");
        await AwsAsync(b with { DataDirectory = Data("a") }, "lightsail", "get-key-pairs");
    }

    [Fact]
    public async Task A_server_without_the_key_file_of_the_others_does_not_start()
    {
        await StartAsync("a");
        var start = Serve("b");
        var (code, _, errors) = await Programs.RunAsync(start);

        Assert.Equal(1, code);
        Assert.Contains("secret.key", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_database_is_away_nothing_is_answered_from_what_may_be_old_and_then_the_server_goes_on()
    {
        var server = await StartAsync("a");
        await AwsAsync(server, "lightsail", "create-key-pair", "--key-pair-name", "mine");
        Assert.Equal(200, await HealthAsync(server));
        await Postgres.KillAsync();

        var refused = await RunAsync(server, null, "lightsail", "get-key-pairs");
        Assert.Contains("ServiceException", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(503, await HealthAsync(server));
        var before = Postgres;
        Postgres = await PostgresServer.StartAgainAsync(before.Directory);

        var began = Stopwatch.GetTimestamp();
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await HealthAsync(server) != 200)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(60), "waited for a healthy server");
            await looks.WaitForNextTickAsync(Cancellation);
        }

        Assert.Contains("mine", (await AwsAsync(server, "lightsail", "get-key-pairs")).ToJsonString(), StringComparison.Ordinal);
    }

    private static async Task<int> HealthAsync(Server server)
    {
        using var answer = await Http.GetAsync(new Uri(server.Endpoint, "/healthz"), Cancellation);
        return (int)answer.StatusCode;
    }

    private static async Task<JsonNode> AwsAsync(Server server, string service, params string[] words)
    {
        var (code, output, errors) = await RunAsync(server, null, service, words);
        Assert.True(code == 0, $"`aws {service} {string.Join(' ', words)}` ended with {code}: {errors}");
        return JsonNode.Parse(output.Trim().Length > 0 ? output : "{}")!;
    }

    private static Task<(int Code, string Output, string Errors)> RunAsync(Server server, (string Id, string Secret)? key, string service, params string[] words)
    {
        var start = new ProcessStartInfo(Programs.Find("aws", "awscli"), ["--endpoint-url", server.Endpoint.ToString(), "--region", "us-east-1", "--output", "json", service, .. words]);
        Installation.Clean(start);
        start.Environment["HOME"] = server.DataDirectory;
        start.Environment["AWS_MAX_ATTEMPTS"] = "1";
        if (key is { } one)
        {
            (start.Environment["AWS_ACCESS_KEY_ID"], start.Environment["AWS_SECRET_ACCESS_KEY"]) = one;
        }
        else
        {
            start.Environment["AWS_SHARED_CREDENTIALS_FILE"] = Path.Combine(server.DataDirectory, "credentials");
        }

        return Programs.RunAsync(start);
    }

    /// <summary>Gives a new server what it has to have of another.</summary>
    private void JoinAs(string name, string other)
    {
        Directory.CreateDirectory(Path.Combine(_directory, name));
        foreach (var file in (string[])["secret.key", "installation", "credentials"])
        {
            File.Copy(Path.Combine(_directory, other, file), Path.Combine(_directory, name, file));
        }
    }

    private string Data(string name) => Path.Combine(_directory, name);

    private async Task<string> DoctorAsync() => (await Programs.RunAsync(Portlight("doctor", "--data", Data("a")))).Output;

    private async Task<(int Code, string Output, string Errors)> VerbAsync(int code, params string[] words)
    {
        var ran = await Programs.RunAsync(Portlight(words));
        Assert.True(ran.ExitCode == code, $"`portlight {string.Join(' ', words)}` ended with {ran.ExitCode}: {ran.Errors}");
        return ran;
    }

    private ProcessStartInfo Serve(string name) => Portlight("serve", "--data", Data(name), "--listen", "http://127.0.0.1:0");

    private ProcessStartInfo Portlight(params string[] words)
    {
        var start = new ProcessStartInfo(Installation.Portlight, words);
        Installation.Clean(start);
        start.Environment["PORTLIGHT_DATABASE"] = Postgres.ConnectionText();
        return start;
    }

    private async Task<Server> StartAsync(string name, ProcessStartInfo? start = null)
    {
        var process = Programs.Start(start ?? Serve(name));
        _servers.Add(process);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var ready = await process.StandardOutput.ReadLineAsync(Cancellation) ?? "";
        Assert.True(ready.StartsWith("portlight ready ", StringComparison.Ordinal), $"the server did not start: `{ready}` {(ready.Length == 0 ? await errors : "")}");
        return new Server(new Uri(ready.Split(' ')[2]), Data(name), process);
    }

    private static async Task StopAsync(Server server)
    {
        using var signal = Process.Start("kill", ["-TERM", server.Process.Id.ToString(CultureInfo.InvariantCulture)]);
        await signal.WaitForExitAsync(Cancellation);
        await server.Process.WaitForExitAsync(Cancellation);
    }

    private sealed record Server(Uri Endpoint, string DataDirectory, Process Process);
}
