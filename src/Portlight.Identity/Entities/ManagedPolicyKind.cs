using System.Collections.Immutable;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Identity;

/// <summary>Managed policies, by ARN: those of the account, and AWS's own, which can be read and attached and never changed.</summary>
internal sealed class ManagedPolicyKind : EntityKind<ManagedPolicy>
{
    public static ManagedPolicyKind Instance { get; } = new();

    public override string Word => "Policy";

    public override string Parameter => "PolicyArn";

    public override TextRule Rule => IamRules.Arn;

    public override ManagedPolicy? Find(IStoreView view, string accountId, string name) => Principals.FindManaged(view, accountId, name);

    public override string ArnOf(ManagedPolicy entity) => entity.Arn;

    public override string ArnOfMissing(string accountId, string name) => name;

    public override ImmutableSortedDictionary<string, string> TagsOf(ManagedPolicy entity) => entity.Tags;

    public override ManagedPolicy WithTags(ManagedPolicy entity, ImmutableSortedDictionary<string, string> tags) => entity with { Tags = tags };

    public override void Save(Changes changes, ManagedPolicy entity) => changes.Save(entity);

    public override IamException NoSuchEntity(string name) => IamException.NoSuchEntity($"Policy {name} was not found.");

    /// <summary>AWS's own policies refuse every change to everybody, the root included.</summary>
    /// <exception cref="AccessDeniedException">The policy is AWS's.</exception>
    public static void RequireOwn(IamRequest request, ManagedPolicy policy)
    {
        if (policy.AccountId != request.AccountId)
        {
            throw new AccessDeniedException($"User: {request.Call.Principal.Arn} is not authorized to perform: {request.Action} on resource: policy {policy.Arn}");
        }
    }
}
