using Portlight.Cluster.Chaos;

namespace Portlight.Cluster;

/// <summary>What docs/postgres.md says of a backup that is put into the database in use, as far as the machines go that are filtered by it.</summary>
[Trait("machine", "alone")]
public sealed class RestoredBackupTests
{
    [Fact]
    public async Task A_backup_that_is_restored_beneath_its_servers_is_in_force_on_every_machine()
    {
        await using var cluster = new TwoServers { HasAgents = true };
        await cluster.InitializeAsync();
        using var proxy = cluster.Client();
        using var one = cluster.Client(cluster.One);
        using var two = cluster.Client(cluster.Two);
        using var fleet = new ChaosFleet(machines: 2, guests: 2);
        await fleet.FurnishAsync(proxy);
        var clients = new ChaosClients(proxy, [one, two]);
        var before = await WriteAsync(clients, fleet, one);
        Run(cluster, "backup", "/var/lib/backup.tar.gz");
        var after = await WriteAsync(clients, fleet, one);
        await ChaosFleet.SettleAsync(one);
        Assert.Empty(fleet.Differences(after));
        Assert.NotEmpty(fleet.Differences(before));

        Run(cluster, "restore", "/var/lib/backup.tar.gz", "--replace");
        foreach (var server in (SignedCaller[])[one, two])
        {
            foreach (var (instance, range) in before)
            {
                await Waiting.UntilAsync(
                    async () => await clients.ReadAsync(instance, server) is { } read && ChaosClients.Ports(read.Value) == range,
                    () => $"what was restored of {instance}\n{cluster.Log()}",
                    everyMilliseconds: 200);
            }
        }

        await ChaosFleet.SettleAsync(one);
        Assert.Empty(fleet.Differences(before));
        // It goes on from there.
        var again = await WriteAsync(clients, fleet, two);
        await ChaosFleet.SettleAsync(one);
        Assert.Empty(fleet.Differences(again));
    }

    /// <summary>Writes another value to each instance; returns what is open now.</summary>
    private static async Task<IReadOnlyDictionary<string, OpenRange>> WriteAsync(ChaosClients clients, ChaosFleet fleet, SignedCaller server)
    {
        var open = new Dictionary<string, OpenRange>();
        foreach (var instance in fleet.Instances)
        {
            await Waiting.UntilAsync(() => clients.WriteAsync(instance), () => $"a write of {instance}");
            open[instance] = ChaosClients.Ports((await clients.ReadAsync(instance, server))!.Value.Value);
        }

        return open;
    }

    private static void Run(TwoServers cluster, params string[] words)
    {
        var (code, output, error) = cluster.One.Portlight(words);
        Assert.True(code == 0, output + error);
    }
}
