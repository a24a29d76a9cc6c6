using System.Globalization;
using Portlight.Domain;
using Portlight.Storage.Contract;
using Portlight.Storage.Sqlite;
using Portlight.TestKit;

namespace Portlight.Storage.Postgres.Tests;

/// <summary>An installation that has everything which can be stored, and what has become of some of it.</summary>
internal static class Everything
{
    public static async Task SaveAsync(IStore store, CancellationToken cancellation)
    {
        await store.SaveAsync((_, changes) => Write(changes), cancellation);
        await store.SaveAsync((view, changes) => Change(view, changes), cancellation);
        for (var port = 1; port <= 5; port++)
        {
            // Of ports alone, which are appended somewhere else.
            var now = port;
            await store.SaveAsync((view, changes) => changes.Save(view.FindInstance(Sample.Scope, "web-3")! with { Ports = Sample.Ports(now) }), cancellation);
        }

        store.NoteApplied("fra-07", 3);
        store.NoteApplied(HostName.Local, 2);
        await store.RecordAsync(IdentitySample.Event(8), untilDurable: true);
    }

    private static int Write(Changes changes)
    {
        for (var at = 0; at < Sample.Attachments.Length; at++)
        {
            changes.Save(Sample.FullInstance(at + 1, Sample.Attachments[at]));
        }

        changes.Save(Sample.Instance(20, scope: Sample.OtherScope) with { Attachment = new Attachment.Lab { Host = "fra-07" } });
        changes.Save(Sample.StaticIp("static-9", 9) with { AttachedTo = "web-1" });
        changes.Save(Sample.KeyPair("key-1") with { SealedPrivateKey = [0, 1, 255], Tags = Tags.None.Add("a", null) });
        changes.Save(new Account("111122223333", AccountState.Active, IsOwner: true, Sample.Start) { Book = Sample.Book });
        changes.Save(new Account("444455556666", AccountState.Active, IsOwner: false, Sample.Start.AddTicks(3)));
        changes.Save(new OpenRegion("eu-west-1", IsReady: true, Sample.Start));
        changes.Save(Sample.AccessKey("AKIA1") with { UserName = "Ann", UserId = "AIDA1" });
        changes.Save(Sample.AccessKey("AKIA2"));
        changes.Save(new AccessKeyUse("AKIA1", Sample.Start, "lightsail", "us-east-1"));
        changes.Save(IdentitySample.FullUser);
        changes.Save(IdentitySample.User("bob", 2));
        changes.Save(IdentitySample.FullGroup);
        changes.Save(IdentitySample.FullRole);
        changes.Save(IdentitySample.FullPolicy);
        changes.Save(new Host
        {
            Name = "fra-07",
            CreatedAt = Sample.Start,
            Zone = "eu-central-1a",
            State = HostState.Draining,
            Token = new HostToken("0011223344556677", "ab", Sample.Start.AddHours(1)) { UsedFor = "cd" },
            Certificates = [new HostCertificate("7f01", "cd", Sample.Start.AddDays(30), [1, 2, 3])],
            Link = new HostLink("one", 7, Sample.Start.AddMinutes(3)) { Report = """{"status":{}}""" },
            Servers = [new ServingServer("one", [new Uri("https://192.0.2.1:8581")], Sample.Start)],
        });
        for (var number = 1; number <= 9; number++)
        {
            changes.Save(Sample.Operation(number, $"web-{number % 3}", number > 6 ? number : null));
        }

        changes.Record(IdentitySample.Event(1, 3_000));
        return 0;
    }

    private static int Change(IStoreView view, Changes changes)
    {
        changes.Remove(view.FindInstance(Sample.Scope, "web-2")!);
        changes.Save(Sample.Operation(2, "web-2") with { Status = OperationStatus.Failed, ErrorCode = "x", ErrorDetails = "größe" });
        changes.Remove(IdentitySample.User("bob", 2));
        changes.Remove(Sample.AccessKey("AKIA2"));
        changes.Record(IdentitySample.Event(2));
        return 0;
    }

    /// <summary>Every row of every table of a file that nobody has open, but for what is kept in one of two places: ports.</summary>
    public static string Rows(string path)
    {
        using var database = Database.Open(path, readOnly: true);
        var tables = database.Scalar("SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name)")!.Split(' ');
        return string.Join('\n', tables.Except(["instance", "instance_ports", "port_change"]).Select(table =>
        {
            var columns = database.Scalar($"SELECT group_concat('quote(\"' || name || '\")', ' || '','' || ') FROM pragma_table_info('{table}')");
            return string.Create(CultureInfo.InvariantCulture, $"{table}: {database.Scalar($"SELECT group_concat(row, '; ') FROM (SELECT {columns} AS row FROM \"{table}\" ORDER BY 1)")}");
        }));
    }
}
