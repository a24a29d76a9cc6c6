using System.Collections.Concurrent;
using System.Globalization;
using Portlight.Cluster.Machines;

namespace Portlight.Cluster.Chaos;

/// <summary>
/// What becomes of machines, drawn from a seed. Processes are killed every few seconds; beside that one machine at a time is frozen, slowed, cut off or without power. All is over when it returns.
/// </summary>
internal sealed class ChaosFaults(TwoServers cluster, int seed, Action<string> say) : IDisposable
{
    /// <summary>
    /// A machine that stands still for longer than Patroni's lease (20 s) is reset by its watchdog, where it has one. A freeze is shorter; a power cut is as long as it likes.
    /// </summary>
    private const int LongestFreeze = 8, LongestCut = 25;

    private readonly SemaphoreSlim _switching = new(1);
    private readonly Random _kills = new(seed);
    private readonly Random _holds = new(seed + 1);

    /// <summary>How often each fault was made.</summary>
    public ConcurrentDictionary<string, int> Made { get; } = new(StringComparer.Ordinal);

    public Task RunAsync(CancellationToken until) => Task.WhenAll(KillAsync(until), HoldAsync(until));

    public void Dispose() => _switching.Dispose();

    private async Task KillAsync(CancellationToken until)
    {
        while (await PauseAsync(_kills.Next(500, 4_000), until))
        {
            var (kind, any, pair) = (_kills.Next(8), cluster.Machines[_kills.Next(3)], _kills.Next(2) == 0 ? cluster.One : cluster.Two);
            await _switching.WaitAsync(CancellationToken.None);
            try
            {
                switch (kind)
                {
                    case 0 or 1:
                        Kill("a server is killed", "portlight", any);
                        break;
                    case 2 or 3:
                        KillPostmaster(await cluster.FindAsync("primary"), "the primary is killed");
                        break;
                    case 4:
                        KillPostmaster(await cluster.FindAsync("synchronous"), "the standby is killed");
                        break;
                    case 5:
                        Kill("Patroni is killed", "patroni", pair);
                        break;
                    case 6:
                        Kill("a member of etcd is killed", "etcd", any);
                        break;
                    default:
                        Kill("HAProxy is killed", "haproxy", cluster.Three);
                        break;
                }
            }
            finally
            {
                _switching.Release();
            }
        }
    }

    private async Task HoldAsync(CancellationToken until)
    {
        while (await PauseAsync(_holds.Next(500, 4_000), until))
        {
            var (kind, any, pair) = (_holds.Next(7), cluster.Machines[_holds.Next(3)], _holds.Next(2) == 0 ? cluster.One : cluster.Two);
            var other = pair == cluster.One ? cluster.Two : cluster.One;
            await (kind switch
            {
                0 => DuringAsync("a server is frozen", any, LongestFreeze, () => any.Service("portlight").Signal("STOP"), () => any.Service("portlight").Signal("CONT"), until),
                1 => DuringAsync("a machine is frozen", pair, LongestFreeze, pair.Freeze, pair.Thaw, until),
                2 => DuringAsync("a machine's wire is cut", pair, LongestCut, pair.Cut, pair.Join, until),
                3 => DuringAsync("a machine's wire is slow", any, LongestCut, any.Slow, any.Quicken, until),
                4 => DuringAsync("two machines do not reach each other", pair, LongestCut, () => pair.CutFrom(other), pair.JoinAll, until),
                5 => DuringAsync("a member of etcd is frozen", any, LongestFreeze, () => any.Service("etcd").Signal("STOP"), () => any.Service("etcd").Signal("CONT"), until),
                _ => CutPowerAsync(pair, until),
            });
        }
    }

    private void Kill(string what, string service, Machine machine)
    {
        if (machine.IsOn)
        {
            Note(what, machine, 0);
            machine.Service(service).Signal("KILL");
        }
    }

    private void KillPostmaster(Machine? machine, string what)
    {
        if (machine?.FindPostmaster() is { } postmaster)
        {
            try
            {
                machine.Signal("KILL", postmaster);
                Note(what, machine, 0);
            }
            catch (InvalidOperationException)
            {
                // It has ended by itself meanwhile, and its file is still there.
            }
        }
    }

    private async Task CutPowerAsync(Machine machine, CancellationToken until)
    {
        var seconds = _holds.Next(1, LongestCut);
        Note("a machine's power is cut", machine, seconds);
        await SwitchAsync(machine.CutPowerAsync);
        await PauseAsync(seconds * 1_000, until);
        await SwitchAsync(() => cluster.PowerAsync(machine));
    }

    /// <summary>Nothing is killed on a machine that is just being switched.</summary>
    private async Task SwitchAsync(Func<Task> act)
    {
        await _switching.WaitAsync();
        try
        {
            await act();
        }
        finally
        {
            _switching.Release();
        }
    }

    private async Task DuringAsync(string what, Machine machine, int longest, Action begin, Action end, CancellationToken until)
    {
        var seconds = _holds.Next(1, longest);
        Note(what, machine, seconds);
        begin();
        await PauseAsync(seconds * 1_000, until);
        end();
    }

    private void Note(string what, Machine machine, int seconds)
    {
        Made.AddOrUpdate(what, 1, (_, count) => count + 1);
        say(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():HH:mm:ss} {what}: {machine.Name}{(seconds > 0 ? $", {seconds} s" : "")}"));
    }

    /// <summary>False when it is over.</summary>
    private static async Task<bool> PauseAsync(int milliseconds, CancellationToken until)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !until.IsCancellationRequested;
    }
}
