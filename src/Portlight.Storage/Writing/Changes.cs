using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>
/// What a write changes, put together on its caller's thread; nothing is written before it is committed. Revisions are given out then: until then a negative
/// number stands for each (<see cref="Committed{T}"/>).
/// </summary>
public sealed class Changes
{
    private readonly Func<long> _nextIndex;
    private readonly Touches? _touches;
    private readonly List<InstanceChange> _instances = [];
    private readonly List<OperationChange> _operations = [];
    private readonly List<AuditEvent> _events = [];
    private readonly List<Action<IChangeWriter>> _others = [];
    private Action? _afterwards;

    /// <param name="view">What is stored, as the plan sees it.</param>
    /// <param name="nextIndex">Gives out numbers for instances.</param>
    internal Changes(IStoreView view, Func<long> nextIndex)
    {
        _touches = new Touches(view);
        _nextIndex = nextIndex;
    }

    /// <summary>What goes into an empty store, of whose rows each is taken over once: nothing was there before, and no other write rests on it.</summary>
    internal Changes() => _nextIndex = static () => throw new System.Diagnostics.UnreachableException("what is taken over has its number");

    /// <summary>Instances that are saved or removed, in order.</summary>
    public IReadOnlyList<InstanceChange> Instances => _instances;

    /// <summary>Operation records that are saved, in order.</summary>
    public IReadOnlyList<OperationChange> Operations => _operations;

    /// <summary>Events that are recorded, in order.</summary>
    internal IReadOnlyList<AuditEvent> Events => _events;

    /// <summary>Whether nothing is to be written.</summary>
    public bool IsEmpty => _instances.Count + _operations.Count + _events.Count + _others.Count == 0;

    /// <summary>Rows as the write leaves them, and what else it touches.</summary>
    internal Touches Touches => _touches ?? throw new System.Diagnostics.UnreachableException("what goes into an empty store is no plan");

    /// <summary>A number for a new instance, never given out before on this installation.</summary>
    public long NewIndex() => _nextIndex();

    /// <summary>Saves an instance, new or changed, at the next revision.</summary>
    public Instance Save(Instance instance) => Save(_ => instance);

    /// <summary>Saves an instance that holds the revision at which it is saved in another member too.</summary>
    public Instance Save(Func<long, Instance> make)
    {
        var revision = Revisions.Provisional(_instances.Count);
        var made = make(revision);
        var saved = made.Revision == revision ? made : made with { Revision = revision };
        var before = _touches?.Save(saved);
        _instances.Add(new InstanceChange(revision, saved, IsRemoval: false) { Before = before, IsOfPortsAlone = InstanceChange.ChangesPortsAlone(before, saved) });
        return saved;
    }

    /// <summary>Removes an instance; returns the revision of its removal.</summary>
    public long Remove(Instance instance)
    {
        var revision = Revisions.Provisional(_instances.Count);
        _instances.Add(new InstanceChange(revision, instance with { Revision = revision }, IsRemoval: true) { Before = _touches?.Remove(instance) });
        return revision;
    }

    /// <summary>Saves what an instance becomes, or removes it when that is null. Returns the instance, as saved or as it was, at the revision of the change.</summary>
    public Instance SaveOrRemove(Instance instance, Instance? after) => after is null ? instance with { Revision = Remove(instance) } : Save(after);

    public void Save(StaticIp staticIp)
    {
        _touches?.Save(staticIp);
        _others.Add(writer => writer.Write(staticIp));
    }

    public void Remove(StaticIp staticIp)
    {
        _touches?.Remove(staticIp);
        _others.Add(writer => writer.Delete(staticIp));
    }

    public void Save(KeyPair keyPair)
    {
        _touches?.Save(keyPair);
        _others.Add(writer => writer.Write(keyPair));
    }

    public void Remove(KeyPair keyPair)
    {
        _touches?.Remove(keyPair);
        _others.Add(writer => writer.Delete(keyPair));
    }

    /// <summary>Adds a record that is new: nobody has its id, which was made for it.</summary>
    public void Add(Operation operation) => Keep(new OperationChange(operation, IsNew: true));

    /// <summary>Saves a record that may be there already.</summary>
    public void Save(Operation operation) => Keep(new OperationChange(operation, IsNew: false));

    public void Save(Account account)
    {
        _touches?.Save(account);
        _others.Add(writer => writer.Write(account));
    }

    public void Save(OpenRegion region)
    {
        _touches?.Save(region);
        _others.Add(writer => writer.Write(region));
    }

    public void Save(Host host)
    {
        _touches?.Save(host);
        _others.Add(writer => writer.Write(host));
    }

    /// <summary>Removes a host; operations that wait for it fail.</summary>
    public void Remove(HostRemoval removal)
    {
        _touches?.Remove(removal.Host);
        _others.Add(writer => writer.Delete(removal));
    }

    public void Save(AccessKey key)
    {
        _touches?.Save(key);
        _others.Add(writer => writer.Write(key));
    }

    /// <summary>Removes an access key and what is known of its use.</summary>
    public void Remove(AccessKey key)
    {
        _touches?.Remove(key);
        _others.Add(writer => writer.Delete(key));
    }

    /// <summary>Notes the use of an access key; of a key that is gone nothing is kept.</summary>
    public void Save(AccessKeyUse use) => _others.Add(writer => writer.Write(use));

    public void Save(User user)
    {
        var before = _touches?.Save(user);
        _others.Add(writer => writer.Write(user, before));
    }

    public void Remove(User user)
    {
        var before = _touches?.Remove(user);
        _others.Add(writer => writer.Delete(user, before));
    }

    public void Save(Group group)
    {
        var before = _touches?.Save(group);
        _others.Add(writer => writer.Write(group, before));
    }

    public void Remove(Group group)
    {
        var before = _touches?.Remove(group);
        _others.Add(writer => writer.Delete(group, before));
    }

    public void Save(Role role)
    {
        var before = _touches?.Save(role);
        _others.Add(writer => writer.Write(role, before));
    }

    public void Remove(Role role)
    {
        var before = _touches?.Remove(role);
        _others.Add(writer => writer.Delete(role, before));
    }

    public void Save(ManagedPolicy policy)
    {
        _touches?.Save(policy);
        _others.Add(writer => writer.Write(policy));
    }

    public void Remove(ManagedPolicy policy)
    {
        _touches?.Remove(policy);
        _others.Add(writer => writer.Delete(policy));
    }

    /// <summary>Takes over a change that another store has made, at its revision.</summary>
    internal void Take(long revision, Instance instance, bool isRemoval)
    {
        var before = isRemoval ? _touches?.Remove(instance) : _touches?.Save(instance);
        _instances.Add(new InstanceChange(revision, instance, isRemoval) { Before = before, IsOfPortsAlone = !isRemoval && InstanceChange.ChangesPortsAlone(before, instance) });
    }

    /// <summary>Takes over that another store has removed a host.</summary>
    internal void TakeRemoval(Host host)
    {
        _touches?.Remove(host);
        _others.Add(writer => writer.Delete(host));
    }

    /// <summary>Takes over that another store has forgotten an operation.</summary>
    internal void TakeRemoval(Guid operation) => _others.Add(writer => writer.DeleteOperation(operation));

    /// <summary>Adds an event to the audit log, durable together with the other changes of this write.</summary>
    /// <exception cref="ArgumentException">The text is not one line that holds a JSON object with members.</exception>
    public void Record(AuditEvent recorded)
    {
        recorded.RequireForm();
        _events.Add(recorded);
    }

    /// <summary>Once the write is durable, and before its caller is told: what has an effect beside the store, which a preparation may not have.</summary>
    public void WhenDurable(Action action) => _afterwards += action;

    /// <summary>It is.</summary>
    internal void NoteDurable() => _afterwards?.Invoke();

    /// <summary>Puts the revisions in that have been given out.</summary>
    internal void Settle(Revisions revisions)
    {
        for (var i = 0; i < _instances.Count; i++)
        {
            var settled = revisions.Final(_instances[i].Instance);
            _instances[i] = _instances[i] with { Revision = settled.Revision, Instance = settled };
        }

        for (var i = 0; i < _operations.Count; i++)
        {
            _operations[i] = _operations[i] with { Operation = revisions.Final(_operations[i].Operation) };
        }

        _touches?.Settle(revisions);
    }

    private void Keep(in OperationChange change)
    {
        _operations.Add(change);
        _touches?.Save(change.Operation);
    }

    /// <summary>Instances first, then the rest in order.</summary>
    internal void WriteTo(IChangeWriter writer)
    {
        foreach (var change in _instances)
        {
            writer.Write(change);
        }

        foreach (var write in _others)
        {
            write(writer);
        }

        foreach (var change in _operations)
        {
            writer.Write(change);
        }

        foreach (var recorded in _events)
        {
            writer.Write(recorded);
        }
    }
}
