using System.Net;
using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>
/// What a write changes, put together on its caller's thread; nothing is written before it is committed. Revisions are given out then: until then a negative
/// number stands for each (<see cref="Committed{T}"/>).
/// </summary>
public sealed class Changes
{
    private readonly IStoreView view;
    private readonly Func<long> nextIndex;
    private readonly List<InstanceChange> instances = [];
    private readonly List<Operation> operations = [];
    private readonly List<AuditEvent> events = [];
    private readonly List<Action<IChangeWriter>> others = [];
    private readonly List<ChangedRow> rows = [];
    private readonly List<Subject> touched = [];
    private readonly Dictionary<Subject, object?> latest = [];
    private int known;

    /// <param name="view">What is stored, as the plan sees it.</param>
    /// <param name="nextIndex">Gives out numbers for instances.</param>
    internal Changes(IStoreView view, Func<long> nextIndex)
    {
        this.view = view;
        this.nextIndex = nextIndex;
    }

    /// <summary>Instances that are saved or removed, in order.</summary>
    public IReadOnlyList<InstanceChange> Instances => instances;

    /// <summary>Operation records that are saved, in order.</summary>
    public IReadOnlyList<Operation> Operations => operations;

    /// <summary>Whether nothing is to be written.</summary>
    public bool IsEmpty => instances.Count + operations.Count + events.Count + others.Count == 0;

    /// <summary>Rows as the write leaves them, in order.</summary>
    internal IReadOnlyList<ChangedRow> Rows => rows;

    /// <summary>What it touches beside <see cref="Rows"/>.</summary>
    internal IReadOnlyList<Subject> Touched => touched;

    /// <summary>A number for a new instance, never given out before on this installation.</summary>
    public long NewIndex() => nextIndex();

    /// <summary>Saves an instance, new or changed, at the next revision.</summary>
    public Instance Save(Instance instance) => Save(_ => instance);

    /// <summary>Saves an instance that holds the revision at which it is saved in another member too.</summary>
    public Instance Save(Func<long, Instance> make)
    {
        var revision = Revisions.Provisional(instances.Count);
        var saved = make(revision) with { Revision = revision };
        Add(saved, isRemoval: false);
        return saved;
    }

    /// <summary>Removes an instance; returns the revision of its removal.</summary>
    public long Remove(Instance instance)
    {
        var revision = Revisions.Provisional(instances.Count);
        Add(instance with { Revision = revision }, isRemoval: true);
        return revision;
    }

    /// <summary>Saves what an instance becomes, or removes it when that is null. Returns the instance, as saved or as it was, at the revision of the change.</summary>
    public Instance SaveOrRemove(Instance instance, Instance? after) => after is null ? instance with { Revision = Remove(instance) } : Save(after);

    public void Save(StaticIp staticIp)
    {
        var before = Find(Subject.Resource(staticIp.Scope, staticIp.Name), () => view.FindStaticIp(staticIp.Scope, staticIp.Name));
        Touch(staticIp.Scope, ResourceType.StaticIp, isNew: before is null, isGone: false);
        TouchAddresses(before?.Address, staticIp.Address);
        Add(Subject.Resource(staticIp.Scope, staticIp.Name), staticIp, writer => writer.Write(staticIp));
    }

    public void Remove(StaticIp staticIp)
    {
        Touch(staticIp.Scope, ResourceType.StaticIp, isNew: false, isGone: true);
        TouchAddresses(staticIp.Address, null);
        Add(Subject.Resource(staticIp.Scope, staticIp.Name), null, writer => writer.Delete(staticIp));
    }

    public void Save(KeyPair keyPair)
    {
        var before = Find(Subject.Resource(keyPair.Scope, keyPair.Name), () => view.FindKeyPair(keyPair.Scope, keyPair.Name));
        Touch(keyPair.Scope, ResourceType.KeyPair, isNew: before is null, isGone: false);
        Add(Subject.Resource(keyPair.Scope, keyPair.Name), keyPair, writer => writer.Write(keyPair));
    }

    public void Remove(KeyPair keyPair)
    {
        Touch(keyPair.Scope, ResourceType.KeyPair, isNew: false, isGone: true);
        Add(Subject.Resource(keyPair.Scope, keyPair.Name), null, writer => writer.Delete(keyPair));
    }

    public void Save(Operation operation)
    {
        operations.Add(operation);
        touched.Add(Subject.OperationsOf(operation.Scope, operation.ResourceName));
    }

    public void Save(Account account) => Add(Subject.Identity(SubjectKind.Account, "", account.Id), account, writer => writer.Write(account));

    public void Save(OpenRegion region) => Add(Subject.Identity(SubjectKind.Region, "", region.Name), region, writer => writer.Write(region));

    public void Save(AccessKey key)
    {
        TouchKeys(key);
        Add(new Subject(SubjectKind.AccessKey, "", key.Id), key, writer => writer.Write(key));
    }

    /// <summary>Removes an access key and what is known of its use.</summary>
    public void Remove(AccessKey key)
    {
        TouchKeys(key);
        Add(new Subject(SubjectKind.AccessKey, "", key.Id), null, writer => writer.Delete(key));
    }

    /// <summary>Notes the use of an access key; of a key that is gone nothing is kept.</summary>
    public void Save(AccessKeyUse use) => others.Add(writer => writer.Write(use));

    public void Save(User user)
    {
        var before = FindUser(user);
        Touch(SubjectKind.User, user.AccountId, user.Name, before, user, IdentityUse.Of(before), IdentityUse.Of(user));
        others.Add(writer => writer.Write(user, before));
    }

    public void Remove(User user)
    {
        var before = FindUser(user);
        Touch(SubjectKind.User, user.AccountId, user.Name, before, null, IdentityUse.Of(before), []);
        others.Add(writer => writer.Delete(user, before));
    }

    public void Save(Group group)
    {
        var before = FindGroup(group);
        Touch(SubjectKind.Group, group.AccountId, group.Name, before, group, IdentityUse.Of(before), IdentityUse.Of(group));
        others.Add(writer => writer.Write(group, before));
    }

    public void Remove(Group group)
    {
        var before = FindGroup(group);
        Touch(SubjectKind.Group, group.AccountId, group.Name, before, null, IdentityUse.Of(before), []);
        others.Add(writer => writer.Delete(group, before));
    }

    public void Save(Role role)
    {
        var before = FindRole(role);
        Touch(SubjectKind.Role, role.AccountId, role.Name, before, role, IdentityUse.Of(before), IdentityUse.Of(role));
        others.Add(writer => writer.Write(role, before));
    }

    public void Remove(Role role)
    {
        var before = FindRole(role);
        Touch(SubjectKind.Role, role.AccountId, role.Name, before, null, IdentityUse.Of(before), []);
        others.Add(writer => writer.Delete(role, before));
    }

    public void Save(ManagedPolicy policy)
    {
        Touch(SubjectKind.Policy, policy.AccountId, policy.Name, FindPolicy(policy), policy, [], []);
        others.Add(writer => writer.Write(policy));
    }

    public void Remove(ManagedPolicy policy)
    {
        Touch(SubjectKind.Policy, policy.AccountId, policy.Name, FindPolicy(policy), null, [], []);
        others.Add(writer => writer.Delete(policy));
    }

    /// <summary>Adds an event to the audit log, durable together with the other changes of this write.</summary>
    /// <exception cref="ArgumentException">The text is not one line that holds a JSON object with members.</exception>
    public void Record(AuditEvent recorded)
    {
        recorded.RequireForm();
        events.Add(recorded);
    }

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

        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Row is Instance instance)
            {
                rows[i] = rows[i] with { Row = revisions.Final(instance) };
            }
        }
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

    private void Add(Instance instance, bool isRemoval)
    {
        var subject = Subject.Resource(instance.Scope, instance.Name);
        var before = Find(subject, () => view.FindInstance(instance.Scope, instance.Name));
        instances.Add(new InstanceChange(instance.Revision, instance, isRemoval) { Before = before });
        rows.Add(new ChangedRow(subject, isRemoval ? null : instance));
        Touch(instance.Scope, ResourceType.Instance, isNew: before is null && !isRemoval, isGone: isRemoval);
        if (IsAttached(before) || IsAttached(instance))
        {
            touched.Add(Subject.Attachments);
        }

        if (isRemoval || before is null || !before.HasSameAddresses(instance))
        {
            foreach (var address in (before?.Addresses() ?? []).Concat(instance.Addresses()))
            {
                touched.Add(Subject.Address(address));
            }
        }
    }

    private static bool IsAttached(Instance? instance) => instance is { Attachment: Attachment.Interface or Attachment.ThisHost } or { Unconfirmed: not null };

    private void Add(Subject subject, object? row, Action<IChangeWriter> write)
    {
        rows.Add(new ChangedRow(subject, row));
        others.Add(write);
    }

    /// <summary>A row as it is before the next change of it: by an earlier change of the same write, or as it is stored.</summary>
    private TRow? Find<TRow>(Subject subject, Func<TRow?> stored)
        where TRow : class
    {
        for (; known < rows.Count; known++)
        {
            latest[rows[known].Subject] = rows[known].Row;
        }

        return latest.TryGetValue(subject, out var row) ? row as TRow : stored();
    }

    private User? FindUser(User user) => Find(Subject.Identity(SubjectKind.User, user.AccountId, user.Name), () => view.FindUser(user.AccountId, user.Name));

    private Group? FindGroup(Group group) => Find(Subject.Identity(SubjectKind.Group, group.AccountId, group.Name), () => view.FindGroup(group.AccountId, group.Name));

    private Role? FindRole(Role role) => Find(Subject.Identity(SubjectKind.Role, role.AccountId, role.Name), () => view.FindRole(role.AccountId, role.Name));

    private ManagedPolicy? FindPolicy(ManagedPolicy policy) =>
        Find(Subject.Identity(SubjectKind.Policy, policy.AccountId, policy.Name), () => view.FindManagedPolicy(policy.AccountId, policy.Name));

    private void Touch(SubjectKind kind, string accountId, string name, object? before, object? after, IEnumerable<IdentityUse> usesBefore, IEnumerable<IdentityUse> usesAfter)
    {
        rows.Add(new ChangedRow(Subject.Identity(kind, accountId, name), after));
        if (before is null != after is null)
        {
            touched.Add(Subject.Count(kind, accountId));
        }

        touched.AddRange(usesBefore.Union(usesAfter).Except(usesBefore.Intersect(usesAfter)).Select(use => Subject.Use(accountId, use)));
    }

    private void Touch(Scope scope, ResourceType type, bool isNew, bool isGone)
    {
        if (isNew || isGone)
        {
            touched.Add(Subject.Count(scope, type));
        }
    }

    private void TouchAddresses(IPAddress? before, IPAddress? after)
    {
        if (!Equals(before, after))
        {
            touched.AddRange(new[] { before, after }.OfType<IPAddress>().Select(Subject.Address));
        }
    }

    private void TouchKeys(AccessKey key)
    {
        if (view.FindAccessKey(key.Id) is { } before && before.UserName != key.UserName)
        {
            touched.Add(Subject.KeysOf(before.AccountId, before.UserName));
        }

        touched.Add(Subject.KeysOf(key.AccountId, key.UserName));
    }
}

/// <summary>A row as a write leaves it; null for one that it removes.</summary>
internal readonly record struct ChangedRow(Subject Subject, object? Row);
