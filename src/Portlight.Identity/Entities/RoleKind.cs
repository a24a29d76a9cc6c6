using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Identity;

/// <summary>Roles.</summary>
internal sealed class RoleKind : IdentityKind<Role>
{
    public static RoleKind Instance { get; } = new();

    public override string Word => "Role";

    public override TextRule Rule => IamRules.RoleName;

    public override int InlineSize => Quotas.RolePolicySize;

    public override Role? Find(IStoreView view, string accountId, string name) => view.FindRole(accountId, name);

    public override string ArnOf(Role entity) => entity.Arn;

    public override string NameOf(Role entity) => entity.Name;

    public override ImmutableSortedDictionary<string, string> TagsOf(Role entity) => entity.Tags;

    public override Role WithTags(Role entity, ImmutableSortedDictionary<string, string> tags) => entity with { Tags = tags };

    public override ImmutableSortedDictionary<string, string> InlineOf(Role entity) => entity.InlinePolicies;

    public override Role WithInline(Role entity, ImmutableSortedDictionary<string, string> policies) => entity with { InlinePolicies = policies };

    public override ImmutableArray<string> AttachedOf(Role entity) => entity.AttachedPolicies;

    public override Role WithAttached(Role entity, ImmutableArray<string> arns) => entity with { AttachedPolicies = arns };

    public override string? BoundaryOf(Role entity) => entity.BoundaryArn;

    public override Role WithBoundary(Role entity, string? arn) => entity with { BoundaryArn = arn };

    public override void Save(Changes changes, Role entity) => changes.Save(entity);
}
