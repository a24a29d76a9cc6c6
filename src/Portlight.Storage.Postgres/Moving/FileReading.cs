using Portlight.Domain;
using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>Reads everything that a file of SQLite has, as items of a database: the other way round than <see cref="SnapshotReading"/>.</summary>
internal static class FileReading
{
    private const int Page = 1_024;

    /// <summary>Each thing after what it belongs to.</summary>
    public static IEnumerable<Item> Items(Connection file)
    {
        var applied = new AppliedWatermark(file.Counters.Find(CounterRows.AppliedRevision), file.Hosts.FindApplied());
        using var writer = new ItemWriter(file, applied);
        foreach (var write in Writes(file, applied, writer))
        {
            write();
            foreach (var item in writer.Items)
            {
                yield return item;
            }

            writer.Clear();
        }
    }

    /// <summary>The audit log, in order.</summary>
    public static IEnumerable<AuditBlock> Blocks(Connection file)
    {
        for (var block = file.Audit.FindAfter(0); block is not null; block = file.Audit.FindAfter(block.FirstSequence))
        {
            yield return block;
        }
    }

    /// <summary>What the file has, to compare.</summary>
    public static Contents Sum(Connection file)
    {
        var contents = new Contents { Numbers = (file.FindRevision(), file.Counters.Find(CounterRows.InstanceIndex)), AuditStart = file.Audit.FindAnchor() };
        foreach (var item in Items(file))
        {
            contents.Add(item);
        }

        foreach (var block in Blocks(file))
        {
            contents.Add(block);
        }

        return contents;
    }

    private static IEnumerable<Action> Writes(Connection file, AppliedWatermark applied, ItemWriter to)
    {
        IEnumerable<IEnumerable<Action>> all =
        [
            file.Accounts.ListAccounts().Select(one => new Action(() => to.Write(one))),
            file.Accounts.ListRegions().Select(one => new Action(() => to.Write(one))),
            file.Hosts.List("", int.MaxValue).Select(one => new Action(() => to.Write(one))),
            applied.Current.Hosts.Append(KeyValuePair.Create(HostName.Local, applied.Current.Local)).Where(one => one.Value > 0).Select(one => new Action(() => to.WriteApplied(one.Key, one.Value))),
            file.Policies.All().Select(one => new Action(() => to.Write(one))),
            file.Groups.All().Select(one => new Action(() => to.Write(one, null))),
            file.Users.All().Select(one => new Action(() => to.Write(one, null))),
            file.Roles.All().Select(one => new Action(() => to.Write(one, null))),
            file.AccessKeys.All().Select(one => new Action(() => to.Write(one))),
            file.AccessKeys.AllUses().Select(one => new Action(() => to.Write(one))),
            Instances(file).Select(one => new Action(() => to.Write(new InstanceChange(one.Revision, one, IsRemoval: false)))),
            file.StaticIps.All().Select(one => new Action(() => to.Write(one))),
            file.KeyPairs.All().Select(one => new Action(() => to.Write(one))),
            file.Operations.All().Select(one => new Action(() => to.Write(new OperationChange(one, IsNew: true)))),
        ];
        return all.SelectMany(kind => kind);
    }

    private static IEnumerable<Instance> Instances(Connection file)
    {
        for (var page = file.Instances.List(0, Page, NotKnown); page.Count > 0; page = file.Instances.List(page[^1].Index, Page, NotKnown))
        {
            foreach (var instance in page)
            {
                yield return instance;
            }
        }
    }

    private static Instance? NotKnown((Scope Scope, string Name) key, long index, long revision) => null;
}
