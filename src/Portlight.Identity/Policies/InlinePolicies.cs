using Portlight.Api;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>Policies that live in a user, a group or a role: Put, Get, Delete and List, the same for all three.</summary>
internal sealed class InlinePolicies<T>(Entities<T> entities, IdentityKind<T> kind)
    where T : class
{
    /// <summary>Replaces one of the same name.</summary>
    public async Task PutAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        var policyName = request.Require("PolicyName", IamRules.PolicyName);
        var document = request.Require("PolicyDocument", IamRules.Document);
        request.Done();
        Documents.RequireReadable(document);
        await entities.SaveAsync(
            request,
            name,
            (_, entity) =>
            {
                var policies = kind.InlineOf(entity).SetItem(policyName, document);
                return !Quotas.Exceeds(policies.Values, kind.InlineSize)
                    ? kind.WithInline(entity, policies)
                    : throw IamException.LimitExceeded($"Maximum policy size of {kind.InlineSize} bytes exceeded for {kind.Word.ToLowerInvariant()} {kind.NameOf(entity)}");
            },
            WithBoundary);
    }

    public Task GetAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        var policyName = request.Require("PolicyName", IamRules.PolicyName);
        request.Done();
        var entity = entities.Read(request, name);
        if (!kind.InlineOf(entity).TryGetValue(policyName, out var document))
        {
            throw NoSuchPolicy(policyName);
        }

        answer.Text(kind.Parameter, kind.NameOf(entity));
        answer.Text("PolicyName", policyName);
        answer.Text("PolicyDocument", Documents.ForAnswer(document));
        return Task.CompletedTask;
    }

    public async Task DeleteAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        var policyName = request.Require("PolicyName", IamRules.PolicyName);
        request.Done();
        await entities.SaveAsync(
            request,
            name,
            (_, entity) => kind.InlineOf(entity).ContainsKey(policyName) ? kind.WithInline(entity, kind.InlineOf(entity).Remove(policyName)) : throw NoSuchPolicy(policyName),
            WithBoundary);
    }

    public Task ListAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        var page = IamPage.Read(request);
        request.Done();
        var names = page.Of(kind.InlineOf(entities.Read(request, name)).Keys, policy => policy);
        answer.Texts("PolicyNames", names.Entries);
        names.WriteEnd(answer);
        return Task.CompletedTask;
    }

    private AccessQuestion WithBoundary(T? entity, AccessQuestion question) => Boundaries.Asking(question, entity is null ? null : kind.BoundaryOf(entity));

    private IamException NoSuchPolicy(string name) => IamException.NoSuchEntity($"The {kind.Word.ToLowerInvariant()} policy with name {name} cannot be found.");
}
