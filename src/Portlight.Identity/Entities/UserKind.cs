using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Identity;

/// <summary>Users.</summary>
internal sealed class UserKind : IdentityKind<User>
{
    public static UserKind Instance { get; } = new();

    public override string Word => "User";

    public override TextRule Rule => IamRules.ExistingUserName;

    public override int InlineSize => Quotas.UserPolicySize;

    public override User? Find(IStoreView view, string accountId, string name) => view.FindUser(accountId, name);

    public override string ArnOf(User entity) => entity.Arn;

    public override string NameOf(User entity) => entity.Name;

    public override ImmutableSortedDictionary<string, string> TagsOf(User entity) => entity.Tags;

    public override User WithTags(User entity, ImmutableSortedDictionary<string, string> tags) => entity with { Tags = tags };

    public override ImmutableSortedDictionary<string, string> InlineOf(User entity) => entity.InlinePolicies;

    public override User WithInline(User entity, ImmutableSortedDictionary<string, string> policies) => entity with { InlinePolicies = policies };

    public override ImmutableArray<string> AttachedOf(User entity) => entity.AttachedPolicies;

    public override User WithAttached(User entity, ImmutableArray<string> arns) => entity with { AttachedPolicies = arns };

    public override string? BoundaryOf(User entity) => entity.BoundaryArn;

    public override User WithBoundary(User entity, string? arn) => entity with { BoundaryArn = arn };

    public override void Save(Changes changes, User entity) => changes.Save(entity);
}
