using System.Collections.Concurrent;
using Portlight.TestKit.Network;

namespace Portlight.TestKit.Storm;

/// <summary>What happens to agents and their wires, at random and several at a time; each is undone again.</summary>
public sealed class MachineFaults(IReadOnlyList<StormMachine> machines, NetworkNode host)
{
    private const int StopSignal = 19;
    private const int ContinueSignal = 18;

    private readonly ConcurrentDictionary<int, bool> _busy = new();

    /// <summary>How often each has happened.</summary>
    public ConcurrentDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>Wires on which nothing arrives any more, or nothing at the server, and whose ends say that all is well.</summary>
    public static void Furnish(NetworkNode host) => host.Nft("""
        table inet storm {
            set silent { type ifname; }
            set mute { type ifname; }
            chain in { type filter hook prerouting priority -400; iifname @silent drop; iifname @mute drop; }
            chain out { type filter hook postrouting priority 400; oifname @silent drop; }
        }
        """);

    /// <summary>One fault of a machine after the other, until it is cancelled; nothing is left of them then.</summary>
    public async Task DisturbAsync(Random random, CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            var machine = machines[random.Next(machines.Count)];
            var (name, begin, end) = Fault(machine, random);
            var hold = Span(random, name);
            if (_busy.TryAdd(machine.Number, true))
            {
                await Task.Run(begin, CancellationToken.None);
                Counts.AddOrUpdate(name, 1, (_, count) => count + 1);
                await HoldAsync(hold, until);
                await Task.Run(end, CancellationToken.None);
                _busy.TryRemove(machine.Number, out _);
            }

            await HoldAsync(Span(random, ""), until);
        }
    }

    private (string Name, Func<Task> Begin, Func<Task> End) Fault(StormMachine machine, Random random)
    {
        var guest = StormMachine.GuestLink(random.Next(1, 7));
        return random.Next(8) switch
        {
            0 => ("agent killed", Now(machine.Kill), machine.StartAsync),
            1 => ("agent stopped", Now(() => machine.Signal(StopSignal)), Now(() => machine.Signal(ContinueSignal))),
            2 => ("wire cut", Now(() => Set(machine, "down")), Now(() => Set(machine, "up"))),
            3 => ("wire silent", Now(() => Silence(machine, "add", "silent")), Now(() => Silence(machine, "delete", "silent"))),
            4 => ("wire without answers", Now(() => Silence(machine, "add", "mute")), Now(() => Silence(machine, "delete", "mute"))),
            5 => ("wire slow", Now(() => Slow(machine, "add", " tbf rate 48kbit burst 4kb latency 2s")), Now(() => Slow(machine, "del", ""))),
            6 => ("guest's interface renamed", Now(() => Rename(machine, guest, "renamed0")), Now(() => Rename(machine, "renamed0", guest))),
            _ => ("agent's interface renamed", Now(() => Rename(machine, "control", "renamed1")), Now(() => Rename(machine, "renamed1", "control"))),
        };
    }

    // An agent that hears no server for 20 s after a change of its own machine reverts that; one whose answers are lost is sent the change all the same.
    private static TimeSpan Span(Random random, string fault) => TimeSpan.FromMilliseconds(fault switch
    {
        "" => random.Next(1_000),
        "wire without answers" when random.Next(2) == 0 => random.Next(22_000, 27_000),
        "wire cut" or "wire silent" when random.Next(5) == 0 => random.Next(22_000, 27_000),
        _ => random.Next(4_000),
    });

    private static async Task HoldAsync(TimeSpan span, CancellationToken until) => await Task.Delay(span, until).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    private static Func<Task> Now(Action action) => () =>
    {
        action();
        return Task.CompletedTask;
    };

    private void Set(StormMachine machine, string state) => host.Run("ip", $"link set {machine.ControlLink} {state}");

    private void Silence(StormMachine machine, string verb, string set) => host.Nft($"{verb} element inet storm {set} {{ {machine.ControlLink} }}");

    private void Slow(StormMachine machine, string verb, string how)
    {
        host.Run("tc", $"qdisc {verb} dev {machine.ControlLink} root{how}");
        machine.Node.Run("tc", $"qdisc {verb} dev control root{how}");
    }

    private static void Rename(StormMachine machine, string from, string to) => machine.Node.Run("ip", $"link set {from} name {to}");
}
