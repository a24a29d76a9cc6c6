using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Identity;

/// <summary>Groups.</summary>
internal sealed class GroupKind : IdentityKind<Group>
{
    public static GroupKind Instance { get; } = new();

    public override string Word => "Group";

    public override TextRule Rule => IamRules.GroupName;

    public override int InlineSize => Quotas.GroupPolicySize;

    public override Group? Find(IStoreView view, string accountId, string name) => view.FindGroup(accountId, name);

    public override string ArnOf(Group entity) => entity.Arn;

    public override string NameOf(Group entity) => entity.Name;

    public override ImmutableSortedDictionary<string, string> InlineOf(Group entity) => entity.InlinePolicies;

    public override Group WithInline(Group entity, ImmutableSortedDictionary<string, string> policies) => entity with { InlinePolicies = policies };

    public override ImmutableArray<string> AttachedOf(Group entity) => entity.AttachedPolicies;

    public override Group WithAttached(Group entity, ImmutableArray<string> arns) => entity with { AttachedPolicies = arns };

    public override void Save(Changes changes, Group entity) => changes.Save(entity);
}
