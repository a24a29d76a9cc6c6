using System.Diagnostics;
using System.Globalization;
using System.Text;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Storage.Sqlite;

namespace Portlight.Bench.Figures;

/// <summary>
/// The store alone: Puts as the server decides them, durable, from 64 callers and from one, with and without an event for the audit log, and events that no decision
/// carries; and Puts from 64 callers among 10,000 instances. The processor time is that of the writer's thread, which all of it has to pass. What is written is all
/// that the process writes to files, the log and its copying into the database included (proc(5), io: wchar), and what of it dirties pages of the disk (write_bytes).
/// </summary>
internal static class StoreWrites
{
    private const int Callers = 64;
    private const int Puts = 400;
    private const int Rounds = 9;
    private const int Many = 10_000;

    private static readonly Scope Place = new("111122223333", "us-east-1");

    public static async Task<int> RunAsync()
    {
        using var few = new DirectoryOfStore();
        using var many = new DirectoryOfStore();
        await using var store = SqliteStore.Open(few.Database, TimeProvider.System);
        await using var large = SqliteStore.Open(many.Database, TimeProvider.System);
        await DataDirectory.FillAsync(store, Callers);
        await DataDirectory.FillAsync(large, Many);
        await MeasureAllAsync(store, large);
        return 0;
    }

    private static async Task MeasureAllAsync(SqliteStore store, SqliteStore large)
    {
        List<Cost> plain = [], audited = [], alone = [], one = [], among = [];
        await PutAsync(store, Callers, Callers, Puts, withEvent: true);
        await PutAsync(large, Callers, Many, Puts, withEvent: true);
        for (var round = 0; round < Rounds; round++)
        {
            plain.Add(await MeasureAsync(Callers * Puts, () => PutAsync(store, Callers, Callers, Puts, withEvent: false)));
            audited.Add(await MeasureAsync(Callers * Puts, () => PutAsync(store, Callers, Callers, Puts, withEvent: true)));
            among.Add(await MeasureAsync(Callers * Puts, () => PutAsync(large, Callers, Many, Puts, withEvent: true)));
            alone.Add(await MeasureAsync(Callers * Puts, () => RecordAsync(store)));
            one.Add(await MeasureAsync(Puts, () => PutAsync(store, 1, Callers, Puts, withEvent: true)));
        }

        Print("Puts", plain);
        Print("Puts with an event each", audited);
        Print("the same, among 10,000 instances", among);
        Print("the same, of one caller", one);
        Print("events alone", alone);
        Report.Ratio("Puts per second, with an event / without", [.. audited.Select(cost => cost.PerSecond)], [.. plain.Select(cost => cost.PerSecond)], atLeast: 0.8);
        Report.Ratio("Puts per second, 10,000 instances / 64", [.. among.Select(cost => cost.PerSecond)], [.. audited.Select(cost => cost.PerSecond)], atLeast: 0.9);
        Report.Ratio("bytes written for a Put / 1.5 kB", [audited.Average(cost => cost.Written)], [1_500], atMost: 1);
        Report.Ratio("the same, among 10,000 instances", [among.Average(cost => cost.Written)], [1_500], atMost: 1);
    }

    private static Task PutAsync(SqliteStore store, int callers, int instances, int puts, bool withEvent) => Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
    {
        for (var put = 0; put < puts; put++)
        {
            // Among many, one after the other all over the range.
            var name = $"i{(instances == callers ? caller : ((((put * callers) + caller) * 7919) % instances)).ToString(CultureInfo.InvariantCulture)}";
            var ports = PortSet.Of(new PortRule(new PortKey(NetworkProtocol.Tcp, put, put), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []));
            var at = TimeProvider.System.GetUtcNow();
            var recorded = withEvent ? EventOf(name, put, at) : null;
            await store.CommitAsync((view, changes) =>
            {
                var saved = changes.Save(view.FindInstance(Place, name)! with { Ports = ports });
                changes.Save(OperationOf(saved, at));
                if (recorded is not null)
                {
                    changes.Record(recorded);
                }

                return saved.Revision;
            });
        }
    })));

    private static Task RecordAsync(SqliteStore store) => Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
    {
        for (var put = 0; put < Puts; put++)
        {
            var at = TimeProvider.System.GetUtcNow();
            await store.RecordAsync(EventOf($"i{caller}", put, at));
        }
    })));

    /// <summary>The event of a Put as the server makes it (docs/audit.md), with ids that nothing can make smaller.</summary>
    private static AuditEvent EventOf(string name, int port, DateTimeOffset at) => new(at, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$$"""
        {"eventVersion":"1.11","userIdentity":{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333","accessKeyId":"AKIAIOSFODNN7EXAMPLE"},"eventTime":"{{{at:yyyy-MM-ddTHH:mm:ssZ}}}","eventSource":"lightsail.amazonaws.com","eventName":"PutInstancePublicPorts","awsRegion":"us-east-1","sourceIPAddress":"127.0.0.1","requestParameters":{"instanceName":"{{{name}}}","portInfos":[{"fromPort":{{{port}}},"toPort":{{{port}}},"protocol":"tcp"}]},"responseElements":{"operation":{"id":"{{{Guid.NewGuid()}}}","status":"Started"}},"requestID":"{{{Guid.NewGuid()}}}","eventID":"{{{Guid.NewGuid()}}}","readOnly":false,"resources":[{"ARN":"arn:aws:lightsail:us-east-1:111122223333:Instance/{{{Guid.NewGuid()}}}","accountId":"111122223333","type":"AWS::Lightsail::Instance"}],"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management","portlight":{"portsBefore":["{{{port - 1}}}/tcp"],"portsAfter":["{{{port}}}/tcp"]}}
        """)));

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
        var (before, written, dirtied, watch) = (WriterTime(), Io("wchar"), Io("write_bytes"), Stopwatch.StartNew());
        await run();
        return new Cost(count / watch.Elapsed.TotalSeconds, (WriterTime() - before).TotalMicroseconds / count, (double)(Io("wchar") - written) / count, (double)(Io("write_bytes") - dirtied) / count);
    }

    private static long Io(string name) => long.Parse(File.ReadLines("/proc/self/io").Single(line => line.StartsWith(name + ':', StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);

    /// <summary>What the writers' threads have had of a processor (proc(5), schedstat: nanoseconds).</summary>
    private static TimeSpan WriterTime()
    {
        var threads = Directory.GetDirectories("/proc/self/task").Where(task => File.ReadAllText(task + "/comm").StartsWith("portlight store", StringComparison.Ordinal));
        return TimeSpan.FromMicroseconds(threads.Sum(thread => long.Parse(File.ReadAllText(thread + "/schedstat").Split(' ')[0], CultureInfo.InvariantCulture)) / 1000.0);
    }

    private static void Print(string name, List<Cost> costs) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-34} {Report.Median(costs, one => one.PerSecond),8:0} a second, {Report.Median(costs, one => one.WriterMicroseconds),5:0.0} us of the writer each, {costs.Average(one => one.Written),6:0} bytes written, {costs.Average(one => one.Dirtied),6:0} of pages"));

    private sealed record Cost(double PerSecond, double WriterMicroseconds, double Written, double Dirtied);

    private sealed class DirectoryOfStore : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("portlight-bench-");

        public string Database => Path.Combine(_directory.FullName, "portlight.db");

        public void Dispose() => _directory.Delete(recursive: true);
    }
}
