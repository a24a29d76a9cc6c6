using System.Diagnostics;
using System.Globalization;
using System.Text;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Storage.Sqlite;

namespace Portlight.Bench.Figures;

/// <summary>
/// The store alone: Puts as the server decides them, durable, from 64 callers, with and without an event for the audit log, and events that no decision
/// carries. The processor time is that of the writer's thread, which all of it has to pass.
/// </summary>
internal static class StoreWrites
{
    private const int Callers = 64;
    private const int Puts = 400;
    private const int Rounds = 9;

    private static readonly Scope Place = new("111122223333", "us-east-1");
    private static readonly byte[] Event = Encoding.UTF8.GetBytes($"{{\"eventTime\":\"2026-11-22T08:30:00Z\",\"eventName\":\"PutInstancePublicPorts\",\"text\":\"{new string('x', 900)}\"}}");

    public static async Task<int> RunAsync()
    {
        var directory = Directory.CreateTempSubdirectory("portlight-bench-");
        try
        {
            await using var store = SqliteStore.Open(Path.Combine(directory.FullName, "portlight.db"), TimeProvider.System);
            await DataDirectory.FillAsync(store, Callers);
            await MeasureAllAsync(store);
            return 0;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task MeasureAllAsync(SqliteStore store)
    {
        List<Cost> plain = [], audited = [], alone = [];
        await PutAsync(store, withEvent: true);
        for (var round = 0; round < Rounds; round++)
        {
            plain.Add(await MeasureAsync(Callers * Puts, () => PutAsync(store, withEvent: false)));
            audited.Add(await MeasureAsync(Callers * Puts, () => PutAsync(store, withEvent: true)));
            alone.Add(await MeasureAsync(Callers * Puts, () => RecordAsync(store)));
        }

        Print("Puts", plain);
        Print("Puts with an event of 1 kB each", audited);
        Print("events of 1 kB alone", alone);
        Report.Ratio("Puts per second, with an event / without", [.. audited.Select(one => one.PerSecond)], [.. plain.Select(one => one.PerSecond)], atLeast: 0.8);
    }

    private static Task PutAsync(SqliteStore store, bool withEvent) => Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
    {
        var name = $"i{caller.ToString(CultureInfo.InvariantCulture)}";
        for (var put = 0; put < Puts; put++)
        {
            var ports = PortSet.Of(new PortRule(new PortKey(NetworkProtocol.Tcp, put, put), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []));
            var at = TimeProvider.System.GetUtcNow();
            await store.CommitAsync((view, changes) =>
            {
                var saved = changes.Save(view.FindInstance(Place, name)! with { Ports = ports });
                changes.Save(OperationOf(saved, at));
                if (withEvent)
                {
                    changes.Record(new AuditEvent(at, Event));
                }

                return saved.Revision;
            });
        }
    })));

    private static Task RecordAsync(SqliteStore store) => Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
    {
        for (var put = 0; put < Puts; put++)
        {
            await store.RecordAsync(new AuditEvent(TimeProvider.System.GetUtcNow(), Event));
        }
    })));

    private static Operation OperationOf(Instance instance, DateTimeOffset at) => new()
    {
        Id = Guid.CreateVersion7(at),
        Scope = Place,
        ResourceName = instance.Name,
        ResourceType = ResourceType.Instance,
        AvailabilityZone = "us-east-1a",
        OperationType = "PutInstancePublicPorts",
        CreatedAt = at,
        StatusChangedAt = at,
        Status = OperationStatus.Started,
        AwaitsRevision = instance.Revision,
    };

    private static async Task<Cost> MeasureAsync(int count, Func<Task> run)
    {
        var (before, watch) = (WriterTime(), Stopwatch.StartNew());
        await run();
        return new Cost(count / watch.Elapsed.TotalSeconds, (WriterTime() - before).TotalMicroseconds / count);
    }

    /// <summary>What the writer's thread has had of a processor (proc(5), schedstat: nanoseconds).</summary>
    private static TimeSpan WriterTime()
    {
        var thread = Directory.GetDirectories("/proc/self/task").Single(task => File.ReadAllText(task + "/comm").StartsWith("portlight store", StringComparison.Ordinal));
        return TimeSpan.FromMicroseconds(long.Parse(File.ReadAllText(thread + "/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1000.0);
    }

    private static void Print(string name, List<Cost> costs) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-34} {Report.Median(costs, one => one.PerSecond),8:0} a second, {Report.Median(costs, one => one.WriterMicroseconds),5:0.0} us of the writer each"));

    private sealed record Cost(double PerSecond, double WriterMicroseconds);
}
