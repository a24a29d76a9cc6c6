using System.Diagnostics;
using System.Globalization;
using Portlight.Storage.Contract;
using Portlight.TestKit;

namespace Portlight.Storage.Sqlite.Tests;

/// <summary>This program as another process: what it does there and how to start it.</summary>
internal static class StoreProcess
{
    public const int Writers = 8;

    /// <summary>Starts this program again, with a command before it if one is given.</summary>
    public static Process Start(IEnumerable<string> command, params IEnumerable<string> arguments) => Start(command, _ => { }, arguments);

    public static Process Start(IEnumerable<string> command, Action<ProcessStartInfo> prepare, params IEnumerable<string> arguments)
    {
        string[] all = [.. command, Environment.ProcessPath!, .. arguments];
        var start = new ProcessStartInfo(all[0], all[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        prepare(start);
        return Process.Start(start)!;
    }

    /// <summary>Puts ports until it is killed. Each Put writes its event, and another event is written beside it. Prints a line for each acknowledgement: <c>instance port revision</c>.</summary>
    public static async Task<int> WriteUntilKilledAsync(string path)
    {
        await using var store = SqliteStore.Open(path, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(1, Writers).Select(writer => Task.Run(() => WriteAsync(store, writer))));
        return 0;
    }

    /// <summary>On a small disk: writes until there is no room, checks that nothing is lost, makes room and goes on.</summary>
    public static async Task<int> FillDiskAsync(string directory)
    {
        var ballast = Path.Combine(directory, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[200_000]);
        await using (var store = SqliteStore.Open(Path.Combine(directory, "portlight.db"), TimeProvider.System))
        {
            var failure = await FillAsync(store);
            Console.WriteLine($"full: {failure.Message}");
            Check(store);
            await Assert.ThrowsAsync<StoreException>(() => PutAsync(store, (int)store.Revision + 1));
            File.Delete(ballast);
            await PutAsync(store, (int)store.Revision + 1);
            Check(store);
        }

        await using var again = SqliteStore.Open(Path.Combine(directory, "portlight.db"), TimeProvider.System);
        Check(again);
        Console.WriteLine("room: written");
        return 0;
    }

    private static async Task<StoreException> FillAsync(SqliteStore store)
    {
        for (var number = 1; ; number++)
        {
            try
            {
                await PutAsync(store, number);
            }
            catch (StoreException full)
            {
                return full;
            }
        }
    }

    /// <summary>What the event of a writer's change is known by.</summary>
    public static long NumberOf(long writer, int port) => (writer << 16) + port;

    private static Task<Domain.Instance> PutAsync(SqliteStore store, int number) =>
        store.SaveAsync((_, changes) => changes.Save(Sample.Instance(number) with { UserData = new string('x', 4_000) }));

    private static void Check(SqliteStore store)
    {
        Assert.Equal(store.Revision, store.View.AllInstances().Count);
        Assert.Equal(Enumerable.Range(1, (int)store.Revision).Select(revision => (long)revision), store.View.AllInstances().Select(instance => instance.Revision));
    }

    private static async Task WriteAsync(SqliteStore store, int writer)
    {
        var old = store.View.FindInstance(Sample.Scope, Sample.Instance(writer).Name);
        for (var port = (old?.Ports.Rules[0].FromPort ?? 0) + 1; ; port = (port + 1) % 65536)
        {
            var ports = Sample.Ports(port);
            await store.RecordAsync(IdentitySample.Event(0));
            var saved = await store.SaveAsync((_, changes) =>
            {
                var instance = changes.Save(Sample.Instance(writer) with { Ports = ports });
                changes.Record(IdentitySample.Event(NumberOf(writer, port)));
                return instance;
            });
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{writer} {port} {saved.Revision}"));
        }
    }
}
