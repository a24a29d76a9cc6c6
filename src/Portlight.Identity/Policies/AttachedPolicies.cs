using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>Managed policies on a user, a group or a role: Attach, Detach and ListAttached, the same for all three.</summary>
internal sealed class AttachedPolicies<T>(Entities<T> entities, IdentityKind<T> kind)
    where T : class
{
    /// <summary>Attaching what is attached changes nothing.</summary>
    public async Task AttachAsync(IamRequest request, XmlAnswer answer)
    {
        var (name, arn) = Read(request);
        await entities.SaveAsync(
            request,
            name,
            (view, entity) =>
            {
                RequireAttachable(view, request.AccountId, arn);
                var attached = kind.AttachedOf(entity);
                if (attached.Contains(arn))
                {
                    return entity;
                }

                return attached.Length < Quotas.AttachedPolicies
                    ? kind.WithAttached(entity, attached.Add(arn))
                    : throw IamException.LimitExceeded($"Cannot exceed quota for PoliciesPer{kind.Word}: {Quotas.AttachedPolicies}");
            },
            (entity, question) => Asking(entity, question, arn));
    }

    public async Task DetachAsync(IamRequest request, XmlAnswer answer)
    {
        var (name, arn) = Read(request);
        await entities.SaveAsync(
            request,
            name,
            (_, entity) => kind.AttachedOf(entity).Contains(arn) ? kind.WithAttached(entity, kind.AttachedOf(entity).Remove(arn)) : throw ManagedPolicyKind.Instance.NoSuchEntity(arn),
            (entity, question) => Asking(entity, question, arn));
    }

    public Task ListAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        var prefix = request.Find("PathPrefix", IamRules.PolicyPath) ?? "/";
        var page = IamPage.Read(request);
        request.Done();
        var entity = entities.Read(request, name);
        var policies = kind.AttachedOf(entity)
            .Select(arn => Principals.FindManaged(entities.Store.View, request.AccountId, arn))
            .OfType<ManagedPolicy>()
            .Where(policy => policy.Path.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(PolicyShapes.Place, StringComparer.Ordinal);
        page.Of(policies, PolicyShapes.Place).Write(answer, "AttachedPolicies", answer.Attached);
        return Task.CompletedTask;
    }

    private (string Name, string Arn) Read(IamRequest request)
    {
        var read = (entities.Name(request), request.Require("PolicyArn", IamRules.Arn));
        request.Done();
        return read;
    }

    private AccessQuestion Asking(T? entity, AccessQuestion question, string arn) =>
        Boundaries.Asking(IamKeys.With(question, IamKeys.PolicyArn, arn), entity is null ? null : kind.BoundaryOf(entity));

    private static void RequireAttachable(IStoreView view, string accountId, string arn)
    {
        if (Principals.FindManaged(view, accountId, arn) is null)
        {
            throw IamException.NoSuchEntity($"Policy {arn} does not exist or is not attachable.");
        }
    }
}
