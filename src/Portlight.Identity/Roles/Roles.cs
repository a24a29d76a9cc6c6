using Portlight.Api;
using Portlight.Domain;
using Portlight.Policies;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>Roles.</summary>
internal sealed class Roles(Entities<Role> entities)
{
    private const string Duration = "MaxSessionDuration";

    public async Task CreateAsync(IamRequest request, XmlAnswer answer)
    {
        var name = request.Require("RoleName", IamRules.RoleName);
        var path = request.Find("Path", IamRules.Path) ?? "/";
        var trust = request.Require("AssumeRolePolicyDocument", IamRules.Document);
        var description = request.Find("Description", IamRules.RoleDescription);
        var duration = ReadDuration(request);
        var boundary = Boundaries.Read(request);
        var tags = IamTags.Read(request);
        request.Done();
        IamTags.RequireOwnKeys(tags.Keys);
        var document = RequireTrust(trust);
        var role = new Role
        {
            AccountId = request.AccountId,
            Name = name,
            Path = path,
            Id = Identifiers.NewRole(),
            CreatedAt = request.Call.Now,
            TrustPolicy = trust,
            Description = description,
            MaxSessionDuration = duration ?? TimeSpan.FromHours(1),
            BoundaryArn = boundary,
            Tags = tags,
        };
        NewEntity.RequireAllowed(request, role.Arn, tags, "iam:TagRole", boundary);
        var made = await entities.Store.CommitAsync(request.Call, (view, changes) =>
        {
            if (view.FindRole(request.AccountId, name) is not null)
            {
                throw IamException.EntityAlreadyExists($"Role with name {name} already exists.");
            }

            if (view.CountRoles(request.AccountId) >= Quotas.Roles)
            {
                throw IamException.LimitExceeded($"Cannot exceed quota for RolesPerAccount: {Quotas.Roles}");
            }

            Boundaries.RequireAttachable(view, request.AccountId, boundary);
            var bound = role with { TrustedIds = TrustedIds.Require(view, request.AccountId, document) };
            changes.Save(bound);
            return bound;
        });
        answer.Role(entities.Store.View, made);
    }

    public Task GetAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        request.Done();
        answer.Role(entities.Store.View, entities.Read(request, name));
        return Task.CompletedTask;
    }

    /// <summary>What is not named stays.</summary>
    public async Task UpdateAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        var description = request.Find("Description", IamRules.RoleDescription);
        var duration = ReadDuration(request);
        request.Done();
        await entities.SaveAsync(request, name, (_, role) => role with { Description = description ?? role.Description, MaxSessionDuration = duration ?? role.MaxSessionDuration });
        answer.Result();
    }

    public async Task UpdateDescriptionAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        var description = request.Require("Description", IamRules.RoleDescription);
        request.Done();
        var saved = await entities.SaveAsync(request, name, (_, role) => role with { Description = description });
        answer.Role(entities.Store.View, saved);
    }

    public async Task UpdateTrustAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        var trust = request.Require("PolicyDocument", IamRules.Document);
        request.Done();
        var document = RequireTrust(trust);
        await entities.SaveAsync(request, name, (view, role) => role with { TrustPolicy = trust, TrustedIds = TrustedIds.Require(view, request.AccountId, document) });
    }

    public async Task DeleteAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        request.Done();
        await entities.ChangeAsync(request, name, (_, changes, role) =>
        {
            NewEntity.RequireBare(role.InlinePolicies, role.AttachedPolicies);
            changes.Remove(role);
            return true;
        });
    }

    private static TimeSpan? ReadDuration(IamRequest request) => request.FindNumber(Duration, 3600, 43_200) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    private static PolicyDocument RequireTrust(string document)
    {
        var read = Documents.RequireReadable(document, PolicyKind.Trust);
        if (Quotas.Exceeds([document], Quotas.TrustPolicySize))
        {
            throw IamException.LimitExceeded($"Cannot exceed quota for ACLSizePerRole: {Quotas.TrustPolicySize}");
        }

        return read;
    }
}
