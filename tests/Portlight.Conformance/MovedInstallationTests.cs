using Portlight.TestKit;

namespace Portlight.Conformance;

/// <summary>An installation that moves into a database and back, whatever ends the command that moves it; and backups that are put into one beneath its servers.</summary>
public sealed class MovedInstallationTests(Installation installation) : SharedDatabase(installation)
{
    [Fact]
    public async Task An_installation_moves_into_the_database_and_back_with_its_keys_and_is_served_from_one_of_them()
    {
        var own = await StartAsync("a", Alone(Serve("a")));
        await AwsAsync(own, "lightsail", "create-key-pair", "--key-pair-name", "first");
        Assert.Contains("a server runs", (await VerbAsync(1, "migrate", "--to", Postgres.ConnectionText(), "--data", Data("a"))).Errors, StringComparison.Ordinal);
        await StopAsync(own);

        Assert.Contains("nothing was changed", (await VerbAsync(0, "migrate", "--to", Postgres.ConnectionText(), "--data", Data("a"), "--dry-run")).Output, StringComparison.Ordinal);
        Assert.Contains("which has the same", (await VerbAsync(0, "migrate", "--to", Postgres.ConnectionText(), "--data", Data("a"))).Output, StringComparison.Ordinal);
        Assert.Contains("has moved to", await RefusalAsync(Alone(Serve("a"))), StringComparison.Ordinal);
        var shared = await StartAsync("a");
        Assert.Contains("first", (await AwsAsync(shared, "lightsail", "get-key-pairs")).ToJsonString(), StringComparison.Ordinal);
        await AwsAsync(shared, "lightsail", "create-key-pair", "--key-pair-name", "second");
        Assert.Contains("a server runs", (await VerbAsync(1, "migrate", "--to", Data("c"), "--data", Data("a"))).Errors, StringComparison.Ordinal);
        await StopAsync(shared);

        await VerbAsync(0, "migrate", "--to", Data("c"), "--data", Data("a"), "--dry-run");
        Assert.False(Directory.Exists(Data("c")));
        await VerbAsync(0, "migrate", "--to", Data("c"), "--data", Data("a"));
        Assert.Contains("has moved to", await RefusalAsync(Serve("a")), StringComparison.Ordinal);
        var back = await StartAsync("c", Alone(Serve("c")));
        Assert.Contains("second", (await AwsAsync(back, "lightsail", "get-key-pairs")).ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(0, (await Programs.RunAsync(Alone(Portlight("audit", "verify", "--data", Data("c"))))).ExitCode);
    }

    /// <summary>At the worst moment: everything is written, and nobody knows whether it counts.</summary>
    [Fact]
    public async Task A_migration_that_is_killed_while_its_commit_is_under_way_is_brought_to_its_end_by_the_next()
    {
        var own = await StartAsync("a", Alone(Serve("a")));
        await AwsAsync(own, "lightsail", "create-key-pair", "--key-pair-name", "mine");
        await StopAsync(own);

        await VerbAsync(0, "migrate", "--to", Postgres.ConnectionText(), "--data", Data("a"), "--dry-run"); // which makes the tables
        await KilledInCommitAsync("migrate", "--to", Postgres.ConnectionText(), "--data", Data("a"));
        Assert.Contains("has moved to", await RefusalAsync(Alone(Serve("a"))), StringComparison.Ordinal);
        await VerbAsync(0, "migrate", "--to", Postgres.ConnectionText(), "--data", Data("a"));

        await KilledInCommitAsync("migrate", "--to", Data("c"), "--data", Data("a"));
        Assert.Contains("is not whole", await RefusalAsync(Alone(Serve("c"))), StringComparison.Ordinal);
        await VerbAsync(0, "migrate", "--to", Data("c"), "--data", Data("a"));
        var back = await StartAsync("c", Alone(Serve("c")));
        Assert.Contains("mine", (await AwsAsync(back, "lightsail", "get-key-pairs")).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Servers_begin_anew_by_themselves_when_a_backup_is_restored_beneath_them()
    {
        var a = await StartAsync("a");
        JoinAs("b", "a");
        var b = await StartAsync("b");
        await AwsAsync(a, "lightsail", "create-key-pair", "--key-pair-name", "early");
        await VerbAsync(0, "backup", Data("backup.tar.gz"), "--data", Data("a"));
        await AwsAsync(a, "lightsail", "create-key-pair", "--key-pair-name", "late");

        Assert.Contains("already", (await VerbAsync(1, "restore", Data("backup.tar.gz"), "--data", Data("a"))).Errors, StringComparison.Ordinal);
        await VerbAsync(0, "restore", Data("backup.tar.gz"), "--data", Data("a"), "--replace");
        foreach (var server in new[] { a, b })
        {
            await Until.TrueAsync(
                async () => await RunAsync(server, null, "lightsail", "get-key-pairs") is (0, var output, _) && output.Contains("early", StringComparison.Ordinal) && !output.Contains("late", StringComparison.Ordinal),
                "a server that has what was restored");
            Assert.False(server.Process.HasExited);
        }

        await AwsAsync(b, "lightsail", "create-key-pair", "--key-pair-name", "again");
        Assert.Contains("again", (await AwsAsync(a, "lightsail", "get-key-pairs")).ToJsonString(), StringComparison.Ordinal);
        await VerbAsync(0, "audit", "verify", "--data", Data("a"));
    }

    /// <summary>kill -9 while the commit waits for a standby that is not there; then there is none to wait for.</summary>
    private async Task KilledInCommitAsync(params string[] words)
    {
        await Postgres.SqlAsync("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()");
        using var migration = Programs.Start(Portlight(words));
        await Until.TrueAsync(async () => await Postgres.SqlAsync("postgres", "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query = 'COMMIT'") == "1", "a commit that waits for the standby");
        migration.Kill();
        await migration.WaitForExitAsync(Cancellation);
        await Postgres.SqlAsync("postgres", "ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()");
    }
}
