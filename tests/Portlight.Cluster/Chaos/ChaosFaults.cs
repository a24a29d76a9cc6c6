using System.Globalization;
using Portlight.Cluster.Machines;

namespace Portlight.Cluster.Chaos;

/// <summary>What becomes of machines, one fault after the other, each over before the next: drawn from a seed.</summary>
internal sealed class ChaosFaults(TwoServers cluster, Random random, Action<string> say)
{
    /// <summary>
    /// A machine that stands still for longer than Patroni's lease (20 s) is reset by its watchdog, where it has one. A freeze is shorter; a power cut is as long as it likes.
    /// </summary>
    private const int LongestFreeze = 8, LongestCut = 30;

    /// <summary>How often each fault was made.</summary>
    public SortedDictionary<string, int> Made { get; } = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            await PauseAsync(random.Next(500, 5_000));
            var machine = random.Next(2) == 0 ? cluster.One : cluster.Two;
            var other = machine == cluster.One ? cluster.Two : cluster.One;
            var any = cluster.Machines[random.Next(3)];
            await (random.Next(11) switch
            {
                0 => KillAsync("a server is killed", cluster.Servers[any], any),
                1 => FreezeServerAsync(any),
                2 or 3 => KillPostmasterAsync(await cluster.FindAsync("primary"), "the primary is killed"),
                4 => KillPostmasterAsync(await cluster.FindAsync("synchronous"), "the standby is killed"),
                5 => KillAsync("Patroni is killed", machine.Service("patroni"), machine),
                6 => KillAsync("a member of etcd is killed", any.Service("etcd"), any),
                7 => DuringAsync("a machine is frozen", machine, LongestFreeze, machine.Freeze, machine.Thaw),
                8 => DuringAsync("a machine's wire is cut", machine, LongestCut, machine.Cut, machine.Join),
                9 => DuringAsync("two machines do not reach each other", machine, LongestCut, () => machine.CutFrom(other), machine.JoinAll),
                _ => CutPowerAsync(machine),
            });
        }
    }

    private Task KillAsync(string what, Service service, Machine machine)
    {
        Note(what, machine, 0);
        service.Signal("KILL");
        return Task.CompletedTask;
    }

    private Task FreezeServerAsync(Machine machine)
    {
        var server = cluster.Servers[machine];
        return DuringAsync("a server is frozen", machine, LongestFreeze, () => server.Signal("STOP"), () => server.Signal("CONT"));
    }

    private Task KillPostmasterAsync(Machine? machine, string what)
    {
        if (machine?.FindPostmaster() is { } postmaster)
        {
            Note(what, machine, 0);
            machine.Signal("KILL", postmaster);
        }

        return Task.CompletedTask;
    }

    private async Task CutPowerAsync(Machine machine)
    {
        var seconds = random.Next(1, LongestCut);
        Note("a machine's power is cut", machine, seconds);
        await machine.CutPowerAsync();
        await PauseAsync(seconds * 1_000);
        await cluster.PowerAsync(machine);
    }

    private async Task DuringAsync(string what, Machine machine, int longest, Action begin, Action end)
    {
        var seconds = random.Next(1, longest);
        Note(what, machine, seconds);
        begin();
        await PauseAsync(seconds * 1_000);
        end();
    }

    private void Note(string what, Machine machine, int seconds)
    {
        Made[what] = Made.GetValueOrDefault(what) + 1;
        say(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():HH:mm:ss} {what}: {machine.Name}{(seconds > 0 ? $", {seconds} s" : "")}"));
    }

    private static Task PauseAsync(int milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds));
}
