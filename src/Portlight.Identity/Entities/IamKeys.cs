using System.Collections.Immutable;
using Portlight.Api;

namespace Portlight.Identity;

/// <summary>Condition keys of IAM's own (service authorization reference, IAM), in lower case as questions carry them.</summary>
internal static class IamKeys
{
    public const string PolicyArn = "iam:policyarn";

    public const string PermissionsBoundary = "iam:permissionsboundary";

    /// <summary>The question with one more key; as it is where the request has no value for it.</summary>
    public static AccessQuestion With(AccessQuestion question, string key, string? value) => value is null
        ? question
        : question with { More = (question.More ?? ImmutableDictionary<string, string>.Empty).Append(KeyValuePair.Create(key, value)).ToImmutableDictionary(StringComparer.Ordinal) };
}
