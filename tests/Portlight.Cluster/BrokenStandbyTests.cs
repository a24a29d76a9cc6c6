using Portlight.Cluster.Machines;

namespace Portlight.Cluster;

/// <summary>What docs/running-a-fleet.md says of a standby that cannot start: Debian 12's Patroni (3.0.2) leaves it as it is, and what the sample runs beside it does not.</summary>
[Trait("machine", "alone")]
public sealed class BrokenStandbyTests(TwoServers cluster) : IClassFixture<TwoServers>
{
    private const string Directory = "/var/lib/postgresql/15/portlight";

    /// <summary>
    /// pg_rewind removes the log that only its target has before it has fetched all else. One that ends then leaves a directory whose last checkpoint is missing: PostgreSQL waits for it to come from the
    /// primary, whose history does not have it. Patroni compares a standby's log with the primary's before it starts PostgreSQL, if it reaches the primary then, and after that, not between.
    /// </summary>
    [Fact]
    public async Task A_standby_comes_back_whose_rewinding_was_cut_short_and_that_was_started_while_the_primary_was_away()
    {
        var (left, primary) = await LeaveAsync("rewound");
        left.AsPostgres($"""
            echo 'CREATE TABLE nobody_has_this AS SELECT n FROM generate_series(1, 1000) n' | postgres --single -D {Directory} -c archive_mode=on -c archive_command=false -c synchronous_commit=local portlight
            """);
        var rewinding = left.AsPostgres($"""
            ulimit -c 0
            ulimit -f 8192
            code=0
            PGPASSWORD=change-rewinder pg_rewind -D {Directory} --source-server 'host={primary.Address} user=rewinder dbname=postgres' 2>&1 || code=$?
            echo "ended with $code"
            pg_controldata {Directory} | grep 'cluster state'
            """);
        Assert.Contains("ended with 153", rewinding, StringComparison.Ordinal); // SIGXFSZ
        Assert.Contains("shut down", rewinding, StringComparison.Ordinal);

        left.CutFrom(primary);
        left.Run("patroni");
        await Waiting.UntilAsync(async () => await TwoServers.StateAsync(left) == "starting", () => $"a standby that starts\n{cluster.Log()}");
        left.JoinAll();
        await ReturnedAsync(primary, left, "rewound");
    }

    /// <summary>pg_basebackup writes its last file, global/pg_control, when all others are there. Patroni says of a directory without it that it belongs to no cluster, and leaves it as it is.</summary>
    [Fact]
    public async Task A_standby_comes_back_whose_copying_was_cut_short()
    {
        var (left, primary) = await LeaveAsync("copied");
        left.AsPostgres($"""
            rm -rf {Directory}
            PGPASSWORD=change-replicator pg_basebackup -D {Directory} -h {primary.Address} -U replicator -X none -c fast --max-rate=32k &
            until [ -e {Directory}/base ]; do sleep 0.1; done
            kill -KILL $!
            wait
            [ ! -e {Directory}/global/pg_control ]
            """);
        left.Run("patroni");
        await ReturnedAsync(primary, left, "copied");
    }

    private async Task<(Machine Left, Machine Primary)> LeaveAsync(string instance)
    {
        var (left, primary) = await cluster.WholeAsync();
        using var client = cluster.Client();
        await client.CreateAsync(instance, 1);
        await left.Service("patroni").StopAsync();
        await Waiting.UntilAsync(() => TwoServers.IsAsync(primary, "primary"), () => $"a promotion\n{cluster.Log()}");
        await Waiting.UntilAsync(() => client.PutAsync($"{instance}-0", 7), () => $"a Put at the new primary\n{cluster.Log()}");
        await Waiting.UntilAsync(() => Task.FromResult(primary.Sql("SELECT timeline_id = ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int FROM pg_control_checkpoint()") == "t"), () => $"a checkpoint of the new primary\n{cluster.Log()}");
        return (left, primary);
    }

    private async Task ReturnedAsync(Machine primary, Machine standby, string instance)
    {
        Assert.Equal((primary, standby), await cluster.WholeAsync());
        Assert.Equal("", standby.Sql("SELECT 'there' FROM pg_class WHERE relname = 'nobody_has_this'"));
        using var client = cluster.Client(standby);
        Assert.Equal(7, await client.PortAsync($"{instance}-0"));
    }
}
