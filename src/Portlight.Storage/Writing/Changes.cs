using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>
/// What a write changes, put together on its caller's thread; nothing is written before it is committed. Revisions are given out then: until then a negative
/// number stands for each (<see cref="Committed{T}"/>).
/// </summary>
public sealed class Changes
{
    private readonly Func<long> nextIndex;
    private readonly Touches touches;
    private readonly List<InstanceChange> instances = [];
    private readonly List<Operation> operations = [];
    private readonly List<AuditEvent> events = [];
    private readonly List<Action<IChangeWriter>> others = [];
    private Action? afterwards;

    /// <param name="view">What is stored, as the plan sees it.</param>
    /// <param name="nextIndex">Gives out numbers for instances.</param>
    internal Changes(IStoreView view, Func<long> nextIndex)
    {
        touches = new Touches(view);
        this.nextIndex = nextIndex;
    }

    /// <summary>Instances that are saved or removed, in order.</summary>
    public IReadOnlyList<InstanceChange> Instances => instances;

    /// <summary>Operation records that are saved, in order.</summary>
    public IReadOnlyList<Operation> Operations => operations;

    /// <summary>Events that are recorded, in order.</summary>
    internal IReadOnlyList<AuditEvent> Events => events;

    /// <summary>Whether nothing is to be written.</summary>
    public bool IsEmpty => instances.Count + operations.Count + events.Count + others.Count == 0;

    /// <summary>Rows as the write leaves them, and what else it touches.</summary>
    internal Touches Touches => touches;

    /// <summary>A number for a new instance, never given out before on this installation.</summary>
    public long NewIndex() => nextIndex();

    /// <summary>Saves an instance, new or changed, at the next revision.</summary>
    public Instance Save(Instance instance) => Save(_ => instance);

    /// <summary>Saves an instance that holds the revision at which it is saved in another member too.</summary>
    public Instance Save(Func<long, Instance> make)
    {
        var revision = Revisions.Provisional(instances.Count);
        var saved = make(revision) with { Revision = revision };
        instances.Add(new InstanceChange(revision, saved, IsRemoval: false) { Before = touches.Save(saved) });
        return saved;
    }

    /// <summary>Removes an instance; returns the revision of its removal.</summary>
    public long Remove(Instance instance)
    {
        var revision = Revisions.Provisional(instances.Count);
        instances.Add(new InstanceChange(revision, instance with { Revision = revision }, IsRemoval: true) { Before = touches.Remove(instance) });
        return revision;
    }

    /// <summary>Saves what an instance becomes, or removes it when that is null. Returns the instance, as saved or as it was, at the revision of the change.</summary>
    public Instance SaveOrRemove(Instance instance, Instance? after) => after is null ? instance with { Revision = Remove(instance) } : Save(after);

    public void Save(StaticIp staticIp)
    {
        touches.Save(staticIp);
        others.Add(writer => writer.Write(staticIp));
    }

    public void Remove(StaticIp staticIp)
    {
        touches.Remove(staticIp);
        others.Add(writer => writer.Delete(staticIp));
    }

    public void Save(KeyPair keyPair)
    {
        touches.Save(keyPair);
        others.Add(writer => writer.Write(keyPair));
    }

    public void Remove(KeyPair keyPair)
    {
        touches.Remove(keyPair);
        others.Add(writer => writer.Delete(keyPair));
    }

    public void Save(Operation operation)
    {
        operations.Add(operation);
        touches.Save(operation);
    }

    public void Save(Account account)
    {
        touches.Save(account);
        others.Add(writer => writer.Write(account));
    }

    public void Save(OpenRegion region)
    {
        touches.Save(region);
        others.Add(writer => writer.Write(region));
    }

    public void Save(AccessKey key)
    {
        touches.Save(key);
        others.Add(writer => writer.Write(key));
    }

    /// <summary>Removes an access key and what is known of its use.</summary>
    public void Remove(AccessKey key)
    {
        touches.Remove(key);
        others.Add(writer => writer.Delete(key));
    }

    /// <summary>Notes the use of an access key; of a key that is gone nothing is kept.</summary>
    public void Save(AccessKeyUse use) => others.Add(writer => writer.Write(use));

    public void Save(User user)
    {
        var before = touches.Save(user);
        others.Add(writer => writer.Write(user, before));
    }

    public void Remove(User user)
    {
        var before = touches.Remove(user);
        others.Add(writer => writer.Delete(user, before));
    }

    public void Save(Group group)
    {
        var before = touches.Save(group);
        others.Add(writer => writer.Write(group, before));
    }

    public void Remove(Group group)
    {
        var before = touches.Remove(group);
        others.Add(writer => writer.Delete(group, before));
    }

    public void Save(Role role)
    {
        var before = touches.Save(role);
        others.Add(writer => writer.Write(role, before));
    }

    public void Remove(Role role)
    {
        var before = touches.Remove(role);
        others.Add(writer => writer.Delete(role, before));
    }

    public void Save(ManagedPolicy policy)
    {
        touches.Save(policy);
        others.Add(writer => writer.Write(policy));
    }

    public void Remove(ManagedPolicy policy)
    {
        touches.Remove(policy);
        others.Add(writer => writer.Delete(policy));
    }

    /// <summary>Adds an event to the audit log, durable together with the other changes of this write.</summary>
    /// <exception cref="ArgumentException">The text is not one line that holds a JSON object with members.</exception>
    public void Record(AuditEvent recorded)
    {
        recorded.RequireForm();
        events.Add(recorded);
    }

    /// <summary>Once the write is durable, and before its caller is told: what has an effect beside the store, which a preparation may not have.</summary>
    public void WhenDurable(Action action) => afterwards += action;

    /// <summary>It is.</summary>
    internal void NoteDurable() => afterwards?.Invoke();

    /// <summary>Puts the revisions in that have been given out.</summary>
    internal void Settle(Revisions revisions)
    {
        for (var i = 0; i < instances.Count; i++)
        {
            var settled = revisions.Final(instances[i].Instance);
            instances[i] = instances[i] with { Revision = settled.Revision, Instance = settled };
        }

        for (var i = 0; i < operations.Count; i++)
        {
            operations[i] = revisions.Final(operations[i]);
        }

        touches.Settle(revisions);
    }

    /// <summary>Instances first, then the rest in order.</summary>
    internal void WriteTo(IChangeWriter writer)
    {
        foreach (var change in instances)
        {
            writer.Write(change);
        }

        foreach (var write in others)
        {
            write(writer);
        }

        foreach (var operation in operations)
        {
            writer.Write(operation);
        }

        foreach (var recorded in events)
        {
            writer.Write(recorded);
        }
    }
}
