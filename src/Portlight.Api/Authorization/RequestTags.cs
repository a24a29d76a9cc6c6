using System.Collections.Immutable;
using Portlight.Domain;

namespace Portlight.Api;

/// <summary>Creating something with tags is tagging too: it needs <c>lightsail:TagResource</c> as well, with the same tags (service authorization, dependent actions).</summary>
internal static class RequestTags
{
    public const string TagAction = "lightsail:TagResource";

    /// <summary>The question about the creation with the tags of the request, and the one about tagging, which is about what is not there yet, where there are any.</summary>
    /// <param name="call">The request.</param>
    /// <param name="creation">The question about the creation.</param>
    /// <param name="type">What is created, <c>Instance</c>: policies let it be tagged as <c>arn:aws:lightsail:REGION:ACCOUNT:Instance/*</c>.</param>
    /// <param name="tags">The tags of the request.</param>
    public static IReadOnlyList<AccessQuestion> Questions(Call call, AccessQuestion creation, ResourceType type, ImmutableSortedDictionary<string, string?> tags) =>
        tags.IsEmpty ? [creation] : [creation with { RequestTags = tags }, new AccessQuestion(TagAction, ResourceKinds.AnyOf(call, type.ToString())) { RequestTags = tags }];
}
