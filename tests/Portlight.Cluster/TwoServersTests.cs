using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Portlight.Cluster.Machines;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.Cluster;

/// <summary>The files of <c>samples/two-servers</c> make what docs/running-a-fleet.md says of them.</summary>
[Trait("machine", "alone")]
public sealed class TwoServersTests(TwoServers cluster) : IClassFixture<TwoServers>
{
    private const int Writers = 8;

    /// <summary>PORTLIGHT_STORM=1: ten times.</summary>
    [Fact]
    public async Task Writes_through_HAProxy_go_on_after_the_primary_is_killed_and_none_that_was_acknowledged_is_lost()
    {
        var rounds = Environment.GetEnvironmentVariable("PORTLIGHT_STORM") == "1" ? 10 : 1;
        for (var round = 0; round < rounds; round++)
        {
            await FailOverAsync($"gap{round}");
        }
    }

    [Fact]
    public async Task A_server_that_is_killed_is_left_out_until_it_is_back_and_what_it_had_acknowledged_is_so_at_the_other()
    {
        await cluster.WholeAsync();
        using var client = cluster.Client();
        using var one = cluster.Client(cluster.One);
        using var two = cluster.Client(cluster.Two);
        await client.CreateAsync("left", 1);
        Assert.True(await one.PutAsync("left-0", 7));
        cluster.Servers[cluster.One].Signal("KILL");
        Assert.Equal(7, await two.PortAsync("left-0"));

        // HAProxy needs a look to see it; a client that tries again, as the SDKs do, sees nothing of it.
        for (var port = 8; port < 40; port++)
        {
            var now = port;
            await Waiting.UntilAsync(() => client.PutAsync("left-0", now), () => $"a Put through HAProxy\n{cluster.Log()}");
        }

        await Waiting.UntilAsync(one.IsHealthyAsync, () => $"the server that was killed\n{cluster.Log()}");
        Assert.Equal(39, await one.PortAsync("left-0"));
    }

    [Fact]
    public async Task Servers_are_restarted_one_after_the_other_and_a_client_that_tries_again_sees_nothing_of_it()
    {
        await cluster.WholeAsync();
        using var client = cluster.Client();
        await client.CreateAsync("upgrade", 1);
        var port = 0;
        foreach (var machine in (Machine[])[cluster.One, cluster.Two])
        {
            using var direct = cluster.Client(machine);
            cluster.Servers[machine].Signal("TERM");
            await Waiting.UntilAsync(async () => !await direct.IsHealthyAsync(), () => $"the end of the server of {machine.Name}\n{cluster.Log()}");
            do
            {
                var now = ++port;
                await Waiting.UntilAsync(() => client.PutAsync("upgrade-0", now), () => $"a Put through HAProxy\n{cluster.Log()}");
            }
            while (!await direct.IsHealthyAsync());
            Assert.Equal(port, await direct.PortAsync("upgrade-0"));
        }
    }

    /// <summary>
    /// Debian 12's Patroni (3.0.2), started beside a primary that runs, takes the standby out of its settings and does not put it back, because etcd has it: commits wait for nobody then, and etcd lets
    /// the standby be promoted. So the sample lets no PostgreSQL run without its Patroni.
    /// </summary>
    [Fact]
    public async Task Commits_wait_for_a_standby_after_the_Patroni_of_the_primary_was_killed()
    {
        var (primary, _) = await cluster.WholeAsync();
        var postmaster = primary.FindPostmaster();
        primary.Service("patroni").Signal("KILL");
        await Waiting.UntilAsync(() => Task.FromResult(primary.FindPostmaster() is { } now && now != postmaster), () => $"another postmaster\n{cluster.Log()}");
        var (after, _) = await cluster.WholeAsync();
        Assert.True(Replication.HasStandby(after), Replication.Describe(after));
    }

    [Fact]
    public async Task A_server_that_is_cut_off_answers_nothing_from_what_may_be_old_and_goes_on_when_it_is_back()
    {
        var (_, standby) = await cluster.WholeAsync();
        using var inside = cluster.Client(standby);
        using var client = cluster.Client();
        await client.CreateAsync("cut", 1);
        var before = standby.Portlight("ports", "cut-0");
        Assert.True(before.Code == 0, before.Output + before.Error);
        standby.Cut();
        try
        {
            // The primary goes on alone once Patroni has seen it.
            await Waiting.UntilAsync(() => client.PutAsync("cut-0", 9), () => $"a Put while the standby is away\n{cluster.Log()}");
            var (code, output, error) = standby.Portlight("ports", "cut-0");
            Assert.True(code != 0 && error.Contains("ServiceException", StringComparison.Ordinal), $"{code}: {output} {error}");
        }
        finally
        {
            standby.Join();
        }

        await Waiting.UntilAsync(inside.IsHealthyAsync, () => $"the server that was cut off\n{cluster.Log()}");
        Assert.Equal(9, await inside.PortAsync("cut-0"));
        Assert.Equal(standby, (await cluster.WholeAsync()).Standby);
    }

    [Fact]
    public async Task The_doctor_of_each_machine_finds_a_standby_and_nothing_that_is_wrong()
    {
        await cluster.WholeAsync();
        foreach (var machine in (Machine[])[cluster.One, cluster.Two])
        {
            var (_, output, error) = machine.Portlight("doctor");
            Assert.True(output.Contains("wait for a standby", StringComparison.Ordinal), output + error);
        }
    }

    [Theory]
    [InlineData("portlight")]
    [InlineData("patroni-standby")]
    public void systemd_accepts_the_unit(string name)
    {
        // systemd wants the program to be there.
        var unit = cluster.One.Lib(name + ".service");
        File.WriteAllText(unit, File.ReadAllText(cluster.One.Etc($"systemd/system/{name}.service")).Replace("/usr/bin/portlight", PortlightProgram.Path, StringComparison.Ordinal));
        Command.Run("systemd-analyze", $"verify --man=no {unit}");
    }

    /// <summary>So that a change of one is not forgotten in the other.</summary>
    [Fact]
    public void The_files_of_the_two_servers_differ_in_name_and_address_alone()
    {
        var files = Directory.GetFiles(TwoServers.Samples + "/one", "*", SearchOption.AllDirectories);
        Assert.Equal(files.Length, Directory.GetFiles(TwoServers.Samples + "/two", "*", SearchOption.AllDirectories).Length);
        foreach (var file in files)
        {
            var other = File.ReadAllText(file.Replace("/one/", "/two/", StringComparison.Ordinal));
            Assert.Equal(Plain(File.ReadAllText(file), "one", "192.0.2.11"), Plain(other, "two", "192.0.2.12"));
        }
    }

    /// <summary>A line that has both addresses, or another machine's, is the same in both files.</summary>
    private static IEnumerable<string> Plain(string text, string name, string address) => text.Split('\n').Select(line =>
        line.Contains("192.0.2.11", StringComparison.Ordinal) && line.Contains("192.0.2.12", StringComparison.Ordinal) || line.Contains("/32", StringComparison.Ordinal)
            ? line
            : line.Replace(address, "ADDRESS", StringComparison.Ordinal).Replace($"machine {name}", "machine NAME", StringComparison.Ordinal).Replace($"name: {name}", "name: NAME", StringComparison.Ordinal).Replace($"NAME={name}", "NAME=NAME", StringComparison.Ordinal));

    private async Task FailOverAsync(string name)
    {
        var (primary, standby) = await cluster.WholeAsync();
        using var client = cluster.Client();
        await client.CreateAsync(name, Writers);
        var (acknowledged, open, stop) = (new int[Writers], new ConcurrentBag<int>[Writers], false);
        var (firstAfter, firstNew, promoted) = (0L, 0L, long.MaxValue);
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            open[writer] = [];
            for (var port = 1; !Volatile.Read(ref stop); port++)
            {
                var began = Stopwatch.GetTimestamp();
                if (await client.PutAsync($"{name}-{writer}", port))
                {
                    acknowledged[writer] = port;
                    open[writer].Clear();
                    if (Volatile.Read(ref promoted) is < long.MaxValue and var since)
                    {
                        Interlocked.CompareExchange(ref firstAfter, Stopwatch.GetTimestamp(), 0);
                        Interlocked.CompareExchange(ref firstNew, Stopwatch.GetTimestamp(), began > since ? 0 : -1);
                    }
                }
                else
                {
                    open[writer].Add(port);
                }
            }
        })).ToList();
        await Waiting.UntilAsync(() => Task.FromResult(acknowledged.All(port => port > 20)), () => $"writes\n{cluster.Log()}");

        var killed = Stopwatch.GetTimestamp();
        primary.Signal("KILL", primary.FindPostmaster()!.Value);
        await Waiting.UntilAsync(() => TwoServers.IsAsync(standby, "primary"), () => $"a promotion\n{cluster.Log()}", everyMilliseconds: 10);
        Volatile.Write(ref promoted, Stopwatch.GetTimestamp());
        var healthy = HealthyAsync();
        await Waiting.UntilAsync(() => Task.FromResult(Volatile.Read(ref firstNew) != 0), () => $"a write after the promotion\n{cluster.Log()}");
        var before = acknowledged.ToArray();
        await Waiting.UntilAsync(() => Task.FromResult(acknowledged.Zip(before).All(pair => pair.First > pair.Second + 5)), () => $"writes after the promotion\n{cluster.Log()}");
        Volatile.Write(ref stop, true);
        await Task.WhenAll(writers);

        var well = await healthy;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Stopwatch.GetElapsedTime(killed, promoted).TotalSeconds:0.00} s to the promotion, {Stopwatch.GetElapsedTime(promoted, firstAfter).TotalSeconds:0.00} s more to the first acknowledgement, {Stopwatch.GetElapsedTime(promoted, firstNew).TotalSeconds:0.00} s to that of a request that was sent after it, servers well after {well:0.00} s; {acknowledged.Sum()} acknowledged"));
        for (var writer = 0; writer < Writers; writer++)
        {
            // What nobody was told of may be there; nothing older than what was acknowledged may.
            Assert.Contains(await client.PortAsync($"{name}-{writer}"), open[writer].Append(acknowledged[writer]));
        }

        Assert.Contains("events", Verify(standby), StringComparison.Ordinal);

        // The one that was killed comes back by itself, as the standby that commits wait for.
        var (after, back) = await cluster.WholeAsync();
        Assert.Equal((standby, primary), (after, back));
    }

    /// <summary>Seconds until both servers say that they are well.</summary>
    private async Task<double> HealthyAsync()
    {
        using var one = cluster.Client(cluster.One);
        using var two = cluster.Client(cluster.Two);
        return (await Waiting.UntilAsync(async () => await one.IsHealthyAsync() && await two.IsHealthyAsync(), () => $"two servers that are well\n{cluster.Log()}")).TotalSeconds;
    }

    private static string Verify(Machine machine)
    {
        var (code, output, error) = machine.Portlight("audit", "verify");
        Assert.True(code == 0, output + error);
        return output;
    }
}
