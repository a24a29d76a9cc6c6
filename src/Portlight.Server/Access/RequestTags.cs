using System.Collections.Immutable;
using Portlight.Server.Operations;

namespace Portlight.Server.Access;

/// <summary>Creating something with tags is tagging too: it needs <c>lightsail:TagResource</c> as well, with the same tags (service authorization, dependent actions).</summary>
internal static class RequestTags
{
    public const string TagAction = "lightsail:TagResource";

    /// <summary>The question about the creation with the tags of the request, and the one about tagging where there are any.</summary>
    public static IReadOnlyList<AccessQuestion> Questions(Call call, AccessQuestion creation, ImmutableSortedDictionary<string, string?> tags) =>
        tags.IsEmpty ? [creation] : [creation with { RequestTags = tags }, new AccessQuestion(TagAction, Authorization.AccountResource(call)) { RequestTags = tags }];
}
