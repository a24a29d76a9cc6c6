using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>What a decision wants changed. Nothing is written before the decision has returned.</summary>
public sealed class Changes
{
    private readonly Func<long> nextRevision;
    private readonly Func<long> nextIndex;
    private readonly List<Action<IChangeWriter>> writes = [];
    private readonly List<InstanceChange> instances = [];
    private readonly List<Operation> operations = [];

    internal Changes(Func<long> nextRevision, Func<long> nextIndex)
    {
        this.nextRevision = nextRevision;
        this.nextIndex = nextIndex;
    }

    /// <summary>Instances that are saved or removed, in order.</summary>
    public IReadOnlyList<InstanceChange> Instances => instances;

    /// <summary>Operation records that are saved, in order.</summary>
    public IReadOnlyList<Operation> Operations => operations;

    /// <summary>Whether nothing is to be written.</summary>
    public bool IsEmpty => writes.Count == 0;

    /// <summary>A number for a new instance, never given out before on this installation.</summary>
    public long NewIndex() => nextIndex();

    /// <summary>Saves an instance, new or changed, at the next revision, which the returned value carries.</summary>
    public Instance Save(Instance instance) => Save(_ => instance);

    /// <summary>Saves an instance that holds the revision at which it is saved in another member too.</summary>
    public Instance Save(Func<long, Instance> make)
    {
        var revision = nextRevision();
        var saved = make(revision) with { Revision = revision };
        Add(new InstanceChange(saved.Revision, saved, IsRemoval: false));
        return saved;
    }

    /// <summary>Removes an instance; returns the revision of its removal.</summary>
    public long Remove(Instance instance)
    {
        var revision = nextRevision();
        Add(new InstanceChange(revision, instance with { Revision = revision }, IsRemoval: true));
        return revision;
    }

    /// <summary>Saves what an instance becomes, or removes it when that is null. Returns the instance, as saved or as it was, at the revision of the change.</summary>
    public Instance SaveOrRemove(Instance instance, Instance? after) => after is null ? instance with { Revision = Remove(instance) } : Save(after);

    public void Save(StaticIp staticIp) => writes.Add(writer => writer.Write(staticIp));

    public void Remove(StaticIp staticIp) => writes.Add(writer => writer.Delete(staticIp));

    public void Save(KeyPair keyPair) => writes.Add(writer => writer.Write(keyPair));

    public void Remove(KeyPair keyPair) => writes.Add(writer => writer.Delete(keyPair));

    public void Save(Operation operation)
    {
        operations.Add(operation);
        writes.Add(writer => writer.Write(operation));
    }

    public void Save(Account account) => writes.Add(writer => writer.Write(account));

    public void Save(OpenRegion region) => writes.Add(writer => writer.Write(region));

    public void Save(AccessKey key) => writes.Add(writer => writer.Write(key));

    /// <summary>Removes an access key and what is known of its use.</summary>
    public void Remove(AccessKey key) => writes.Add(writer => writer.Delete(key));

    /// <summary>Notes the use of an access key; of a key that is gone nothing is kept.</summary>
    public void Save(AccessKeyUse use) => writes.Add(writer => writer.Write(use));

    public void Save(User user) => writes.Add(writer => writer.Write(user));

    public void Remove(User user) => writes.Add(writer => writer.Delete(user));

    public void Save(Group group) => writes.Add(writer => writer.Write(group));

    public void Remove(Group group) => writes.Add(writer => writer.Delete(group));

    public void Save(Role role) => writes.Add(writer => writer.Write(role));

    public void Remove(Role role) => writes.Add(writer => writer.Delete(role));

    public void Save(ManagedPolicy policy) => writes.Add(writer => writer.Write(policy));

    public void Remove(ManagedPolicy policy) => writes.Add(writer => writer.Delete(policy));

    /// <summary>Adds an event to the audit log, durable together with the other changes of this decision.</summary>
    /// <exception cref="ArgumentException">The text is not one line that holds a JSON object with members.</exception>
    public void Record(AuditEvent recorded)
    {
        recorded.RequireForm();
        writes.Add(writer => writer.Write(recorded));
    }

    internal void WriteTo(IChangeWriter writer)
    {
        foreach (var write in writes)
        {
            write(writer);
        }
    }

    private void Add(InstanceChange change)
    {
        instances.Add(change);
        writes.Add(writer => writer.Write(change));
    }
}
