using Portlight.TestKit;
using Portlight.TestKit.Postgres;

namespace Portlight.Conformance;

/// <summary>Two servers on one PostgreSQL, and the AWS CLI at either: none of them is special, and what one has answered is so at the other.</summary>
public sealed class SharedDatabaseTests(Installation installation) : SharedDatabase(installation)
{
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
    public async Task A_name_with_the_addresses_of_all_servers_leads_a_client_to_one_that_is_there()
    {
        var a = await StartAsync("a");
        JoinAs("b", "a");
        var b = await StartAsync("b", Serve("b", $"http://127.0.0.2:{a.Endpoint.Port}"));
        await File.WriteAllTextAsync(Data("hosts"), "127.0.0.1 portlight.test\n127.0.0.2 portlight.test\n", Cancellation);
        var named = a with { Endpoint = new Uri($"http://portlight.test:{a.Endpoint.Port}"), Hosts = Data("hosts") };

        await AwsAsync(named, "lightsail", "create-key-pair", "--key-pair-name", "mine");
        await StopAsync(a);
        Assert.Contains("mine", (await AwsAsync(named, "lightsail", "get-key-pairs")).ToJsonString(), StringComparison.Ordinal);
        await StopAsync(b);
        Assert.Contains("Could not connect", (await RunAsync(named, null, "lightsail", "get-key-pairs")).Errors, StringComparison.Ordinal);
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
        Assert.Contains("PORTLIGHT_DATABASE", (await Programs.RunAsync(Alone(Portlight("backup", Data("none.tar.gz"), "--data", Data("a"))))).Errors, StringComparison.Ordinal);

        // What was made of the database is an installation like any other.
        Assert.Equal(0, (await Programs.RunAsync(Alone(Portlight("restore", Data("backup.tar.gz"), "--data", Data("own"))))).ExitCode);
        var own = await StartAsync("own", Alone(Serve("own")));
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
        Assert.Contains("does not open", await RefusalAsync(Serve("b")), StringComparison.Ordinal);
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

        await Until.TrueAsync(async () => await HealthAsync(server) == 200, "a healthy server");
        Assert.Contains("mine", (await AwsAsync(server, "lightsail", "get-key-pairs")).ToJsonString(), StringComparison.Ordinal);
    }
}
