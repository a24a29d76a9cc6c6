using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>Versions of managed policies: at most five, one of which holds. Numbers are not used again.</summary>
internal sealed class PolicyVersions(Entities<ManagedPolicy> entities)
{
    public async Task CreateAsync(IamRequest request, XmlAnswer answer)
    {
        var arn = entities.Name(request);
        var document = request.Require("PolicyDocument", IamRules.Document);
        var isDefault = request.FindFlag("SetAsDefault");
        request.Done();
        RequireDocument(document);
        var now = request.Call.Now;
        ManagedPolicy? saved = null;
        var made = await entities.ChangeAsync(request, arn, (_, changes, policy) =>
        {
            ManagedPolicyKind.RequireOwn(request, policy);
            if (policy.Versions.Length >= Quotas.PolicyVersions)
            {
                throw IamException.LimitExceeded(
                    $"A managed policy can have up to {Quotas.PolicyVersions} versions. Before you create a new version, you must delete an existing version.");
            }

            var version = new ManagedPolicyVersion(policy.LastVersion + 1, document, now);
            saved = policy with
            {
                Versions = policy.Versions.Add(version),
                LastVersion = version.Number,
                DefaultVersion = isDefault ? version.Number : policy.DefaultVersion,
                UpdatedAt = now,
            };
            changes.Save(saved);
            return version;
        });
        answer.Structure("PolicyVersion", () => answer.Version(saved!, made, withDocument: false));
    }

    public Task GetAsync(IamRequest request, XmlAnswer answer)
    {
        var (arn, id) = Read(request);
        var policy = entities.Read(request, arn);
        var version = Require(policy, id);
        answer.Structure("PolicyVersion", () => answer.Version(policy, version, withDocument: true));
        return Task.CompletedTask;
    }

    /// <summary>Newest first.</summary>
    public Task ListAsync(IamRequest request, XmlAnswer answer)
    {
        var arn = entities.Name(request);
        var page = IamPage.Read(request);
        request.Done();
        var policy = entities.Read(request, arn);
        page.Of(policy.Versions.Reverse(), version => (int.MaxValue - version.Number).ToString("D10"))
            .Write(answer, "Versions", version => answer.Version(policy, version, withDocument: false));
        return Task.CompletedTask;
    }

    public async Task DeleteAsync(IamRequest request, XmlAnswer answer)
    {
        var (arn, id) = Read(request);
        await entities.SaveAsync(request, arn, (_, policy) =>
        {
            ManagedPolicyKind.RequireOwn(request, policy);
            var version = Require(policy, id);
            return version.Number == policy.DefaultVersion
                ? throw IamException.DeleteConflict("Cannot delete the default version of a policy.")
                : policy with { Versions = policy.Versions.Remove(version) };
        });
    }

    public async Task SetDefaultAsync(IamRequest request, XmlAnswer answer)
    {
        var (arn, id) = Read(request);
        await entities.SaveAsync(request, arn, (_, policy) =>
        {
            ManagedPolicyKind.RequireOwn(request, policy);
            return policy with { DefaultVersion = Require(policy, id).Number, UpdatedAt = request.Call.Now };
        });
    }

    /// <summary>Refuses a document that cannot be evaluated or is too long for a managed policy.</summary>
    public static void RequireDocument(string document)
    {
        Documents.RequireReadable(document);
        if (Quotas.Exceeds([document], Quotas.ManagedPolicySize))
        {
            throw IamException.LimitExceeded($"Cannot exceed quota for PolicySize: {Quotas.ManagedPolicySize}");
        }
    }

    private (string Arn, string Id) Read(IamRequest request)
    {
        var read = (entities.Name(request), request.Require("VersionId", IamRules.VersionId));
        request.Done();
        return read;
    }

    private static ManagedPolicyVersion Require(ManagedPolicy policy, string id) =>
        policy.Versions.FirstOrDefault(version => version.Id == id) ?? throw IamException.NoSuchEntity($"Policy {policy.Arn} version {id} does not exist or is not attachable.");
}
