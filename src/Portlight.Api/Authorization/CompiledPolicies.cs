using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Portlight.Domain;
using Portlight.Policies;

namespace Portlight.Api;

/// <summary>
/// Policies made ready to be evaluated, each once for as long as its row stays the same. Documents were checked when they were put; one that cannot be read now
/// all the same (another version of Portlight wrote it) might have denied something, so it denies everything.
/// </summary>
internal sealed partial class CompiledPolicies(ILogger log)
{
    private static readonly PolicyDocument DenyAll = Parse("""{"Version":"2012-10-17","Statement":[{"Sid":"Unreadable","Effect":"Deny","Action":"*","Resource":"*"}]}""");

    // By the row itself, so nothing is compared, and what nobody holds any more is forgotten.
    private readonly ConditionalWeakTable<object, object> _byRow = [];
    private readonly ConditionalWeakTable<Role, TrustPolicy> _trusts = [];

    public ImmutableArray<Policy> Inline(User user) => Inline(user, user.InlinePolicies, "user", user.Name, PolicySource.User);

    public ImmutableArray<Policy> Inline(Group group) => Inline(group, group.InlinePolicies, "group", group.Name, PolicySource.Group);

    public ImmutableArray<Policy> Inline(Role role) => Inline(role, role.InlinePolicies, "role", role.Name, PolicySource.Role);

    /// <summary>The policy that was given when a session was made.</summary>
    public ImmutableArray<Policy> Inline(Session session) => session.Terms.Policy is { } text
        ? ((InlinePolicies)_byRow.GetValue(session, _ => new InlinePolicies([Compile($"session/{session.SessionName}", PolicySource.None, text)]))).All
        : [];

    /// <summary>The callers that may assume the role; null, for nobody, when its trust policy cannot be read.</summary>
    public PolicyDocument? TrustOf(Role role) => _trusts.GetValue(role, row =>
    {
        if (PolicyDocument.TryParse(row.TrustPolicy, PolicyKind.Trust, out var document, out var problems))
        {
            return new TrustPolicy(document);
        }

        Unreadable(log, row.Arn, string.Join("; ", problems));
        return new TrustPolicy(null);
    }).Document;

    /// <summary>The version that holds.</summary>
    public Policy Of(ManagedPolicy row) => _byRow.TryGetValue(row, out var known)
        ? (Policy)known
        : (Policy)_byRow.GetValue(row, _ => Compile(row.Arn, row.AccountId == BuiltInPolicies.Owner ? PolicySource.AwsManaged : PolicySource.UserManaged, row.Default.Document));

    /// <summary>What stands for a policy or group that a principal names and that is not there: it might have denied something.</summary>
    public Policy Missing(string id, PolicySource source)
    {
        Gone(log, id);
        return new Policy(id, source, DenyAll);
    }

    private ImmutableArray<Policy> Inline(object row, ImmutableSortedDictionary<string, string> documents, string kind, string name, PolicySource source)
    {
        if (documents.IsEmpty)
        {
            return [];
        }

        return _byRow.TryGetValue(row, out var known)
            ? ((InlinePolicies)known).All
            : ((InlinePolicies)_byRow.GetValue(row, _ => new InlinePolicies([.. documents.Select(policy => Compile($"{kind}/{name}/{policy.Key}", source, policy.Value))]))).All;
    }

    private Policy Compile(string id, PolicySource source, string text)
    {
        if (PolicyDocument.TryParse(text, PolicyKind.Identity, out var document, out var problems))
        {
            return new Policy(id, source, document);
        }

        Unreadable(log, id, string.Join("; ", problems));
        return new Policy(id, source, DenyAll);
    }

    private static PolicyDocument Parse(string text) =>
        PolicyDocument.TryParse(text, PolicyKind.Identity, out var document, out var problems) ? document : throw new UnreachableException(string.Join("; ", problems));

    private sealed record InlinePolicies(ImmutableArray<Policy> All);

    private sealed record TrustPolicy(PolicyDocument? Document);

    [LoggerMessage(1101, LogLevel.Error, "the policy {Policy} cannot be read and denies everything until it is put again: {Problems}")]
    private static partial void Unreadable(ILogger logger, string policy, string problems);

    [LoggerMessage(1102, LogLevel.Error, "{Policy} is attached and does not exist; it denies everything until it is detached")]
    private static partial void Gone(ILogger logger, string policy);
}
