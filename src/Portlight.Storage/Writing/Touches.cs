using System.Net;
using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>
/// What a write touches, worked out on its caller's thread: the rows as it leaves them, and the sets that change with them. Whatever it has to know of what is stored it
/// looks up in the plan's view, so the write rests on that too.
/// </summary>
internal sealed class Touches(IStoreView view)
{
    private readonly List<ChangedRow> _rows = new(1);
    private readonly List<Subject> _sets = new(1);
    private Dictionary<Subject, object?>? _latest;
    private int _known;

    /// <summary>Rows as the write leaves them, in order.</summary>
    public List<ChangedRow> Rows => _rows;

    public List<Subject> Sets => _sets;

    /// <summary>Returns what it was before; null for a new one. The same for all below.</summary>
    public Instance? Save(Instance instance) => Change(instance, instance);

    public Instance? Remove(Instance instance) => Change(instance, null);

    public void Save(StaticIp staticIp)
    {
        var subject = Subject.Resource(staticIp.Scope, staticIp.Name);
        var before = Find<StaticIp>(subject, out var own) ? own : view.FindStaticIp(staticIp.Scope, staticIp.Name);
        Count(staticIp.Scope, ResourceType.StaticIp, before, staticIp);
        Addresses(before?.Address, staticIp.Address);
        _rows.Add(new ChangedRow(subject, staticIp));
    }

    public void Remove(StaticIp staticIp)
    {
        Count(staticIp.Scope, ResourceType.StaticIp, staticIp, null);
        Addresses(staticIp.Address, null);
        _rows.Add(new ChangedRow(Subject.Resource(staticIp.Scope, staticIp.Name), null));
    }

    public void Save(KeyPair keyPair)
    {
        var subject = Subject.Resource(keyPair.Scope, keyPair.Name);
        var before = Find<KeyPair>(subject, out var own) ? own : view.FindKeyPair(keyPair.Scope, keyPair.Name);
        Count(keyPair.Scope, ResourceType.KeyPair, before, keyPair);
        _rows.Add(new ChangedRow(subject, keyPair));
    }

    public void Remove(KeyPair keyPair)
    {
        Count(keyPair.Scope, ResourceType.KeyPair, keyPair, null);
        _rows.Add(new ChangedRow(Subject.Resource(keyPair.Scope, keyPair.Name), null));
    }

    public void Save(Operation operation) => _sets.Add(Subject.OperationsOf(operation.Scope, operation.ResourceName));

    public void Save(Account account) => _rows.Add(new ChangedRow(Subject.Identity(SubjectKind.Account, "", account.Id), account));

    public void Save(OpenRegion region) => _rows.Add(new ChangedRow(Subject.Identity(SubjectKind.Region, "", region.Name), region));

    public void Save(Host host) => _rows.Add(new ChangedRow(Subject.Identity(SubjectKind.Host, "", host.Name), host));

    public void Remove(Host host) => _rows.Add(new ChangedRow(Subject.Identity(SubjectKind.Host, "", host.Name), null));

    public void Save(AccessKey key) => Change(key, key);

    public void Remove(AccessKey key) => Change(key, null);

    public User? Save(User user) => Change(user, user);

    public User? Remove(User user) => Change(user, null);

    public Group? Save(Group group) => Change(group, group);

    public Group? Remove(Group group) => Change(group, null);

    public Role? Save(Role role) => Change(role, role);

    public Role? Remove(Role role) => Change(role, null);

    public void Save(ManagedPolicy policy) => Change(policy, policy);

    public void Remove(ManagedPolicy policy) => Change(policy, null);

    /// <summary>Puts the revisions in that have been given out.</summary>
    public void Settle(Revisions revisions)
    {
        for (var i = 0; i < _rows.Count; i++)
        {
            if (_rows[i].Row is Instance instance)
            {
                _rows[i] = _rows[i] with { Row = revisions.Final(instance) };
            }
        }
    }

    private Instance? Change(Instance instance, Instance? after)
    {
        var subject = Subject.Resource(instance.Scope, instance.Name);
        var before = Find<Instance>(subject, out var own) ? own : view.FindInstance(instance.Scope, instance.Name);
        _rows.Add(new ChangedRow(subject, after));
        Count(instance.Scope, ResourceType.Instance, before, after);
        if (IsAttached(before) || IsAttached(after))
        {
            _sets.Add(Subject.Attachments);
        }

        if (before is null || after is null || !before.HasSameAddresses(after))
        {
            _sets.AddRange((before?.Addresses() ?? []).Concat(instance.Addresses()).Select(Subject.Address));
        }

        return before;
    }

    private void Change(AccessKey key, AccessKey? after)
    {
        if (view.FindAccessKey(key.Id) is { } before && before.UserName != key.UserName)
        {
            _sets.Add(Subject.KeysOf(before.AccountId, before.UserName));
        }

        _sets.Add(Subject.KeysOf(key.AccountId, key.UserName));
        _rows.Add(new ChangedRow(new Subject(SubjectKind.AccessKey, "", key.Id), after));
    }

    private User? Change(User user, User? after)
    {
        var subject = Subject.Identity(SubjectKind.User, user.AccountId, user.Name);
        var before = Find<User>(subject, out var own) ? own : view.FindUser(user.AccountId, user.Name);
        Change(subject, before, after, IdentityUse.Of(before), IdentityUse.Of(after));
        return before;
    }

    private Group? Change(Group group, Group? after)
    {
        var subject = Subject.Identity(SubjectKind.Group, group.AccountId, group.Name);
        var before = Find<Group>(subject, out var own) ? own : view.FindGroup(group.AccountId, group.Name);
        Change(subject, before, after, IdentityUse.Of(before), IdentityUse.Of(after));
        return before;
    }

    private Role? Change(Role role, Role? after)
    {
        var subject = Subject.Identity(SubjectKind.Role, role.AccountId, role.Name);
        var before = Find<Role>(subject, out var own) ? own : view.FindRole(role.AccountId, role.Name);
        Change(subject, before, after, IdentityUse.Of(before), IdentityUse.Of(after));
        return before;
    }

    private void Change(ManagedPolicy policy, ManagedPolicy? after)
    {
        var subject = Subject.Identity(SubjectKind.Policy, policy.AccountId, policy.Name);
        var before = Find<ManagedPolicy>(subject, out var own) ? own : view.FindManagedPolicy(policy.AccountId, policy.Name);
        Change(subject, before, after, [], []);
    }

    private void Change(in Subject subject, object? before, object? after, IEnumerable<IdentityUse> usesBefore, IEnumerable<IdentityUse> usesAfter)
    {
        _rows.Add(new ChangedRow(subject, after));
        if (before is null != after is null)
        {
            _sets.Add(Subject.Count(subject.Kind, subject.Owner));
        }

        var account = subject.Owner;
        _sets.AddRange(usesBefore.Union(usesAfter).Except(usesBefore.Intersect(usesAfter)).Select(use => Subject.Use(account, use)));
    }

    /// <summary>Whether an earlier change of the same write has left the row, null where it removed it.</summary>
    private bool Find<TRow>(in Subject subject, out TRow? row)
        where TRow : class
    {
        row = null;
        if (_rows.Count == 0)
        {
            return false;
        }

        _latest ??= [];
        for (; _known < _rows.Count; _known++)
        {
            _latest[_rows[_known].Subject] = _rows[_known].Row;
        }

        var isOwn = _latest.TryGetValue(subject, out var own);
        row = own as TRow;
        return isOwn;
    }

    private static bool IsAttached(Instance? instance) => instance is { Attachment: Attachment.Interface or Attachment.ThisHost } or { Unconfirmed: not null } or { Expiring.IsEmpty: false };

    private void Count(Scope scope, ResourceType type, object? before, object? after)
    {
        if (before is null != after is null)
        {
            _sets.Add(Subject.Count(scope, type));
        }
    }

    private void Addresses(IPAddress? before, IPAddress? after)
    {
        if (!Equals(before, after))
        {
            _sets.AddRange(new[] { before, after }.OfType<IPAddress>().Select(Subject.Address));
        }
    }
}

/// <summary>A row as a write leaves it; null for one that it removes.</summary>
internal readonly record struct ChangedRow(Subject Subject, object? Row);
