using System.Collections.Immutable;
using Portlight.Api;
using Portlight.Wire;

namespace Portlight.Identity;

/// <summary>What making and removing users, groups, roles and policies has in common.</summary>
internal static class NewEntity
{
    /// <summary>
    /// Making something with tags takes the right to tag it, too, with the same tags (IAM user guide, tagging IAM resources); making it with a boundary shows the
    /// boundary to conditions, and making it without shows none.
    /// </summary>
    /// <exception cref="AccessDeniedException">The caller may not.</exception>
    public static void RequireAllowed(IamRequest request, string arn, ImmutableSortedDictionary<string, string>? tags = null, string? tagAction = null, string? boundary = null)
    {
        var requested = tags is { IsEmpty: false } ? tags.ForConditions() : null;
        request.Call.Resource = arn;
        if (requested is not null)
        {
            Authorization.Require(request.Call, new AccessQuestion(tagAction!, arn) { RequestTags = requested });
        }

        Authorization.Require(request.Call, Boundaries.Asking(new AccessQuestion(request.Action, arn) { RequestTags = requested }, boundary));
    }

    /// <summary>Only what no policy hangs on can be deleted.</summary>
    /// <exception cref="IamException">DeleteConflict.</exception>
    public static void RequireBare(ImmutableSortedDictionary<string, string> inline, ImmutableArray<string> attached)
    {
        if (!attached.IsEmpty)
        {
            throw IamException.DeleteConflict("Cannot delete entity, must detach all policies first.");
        }

        if (!inline.IsEmpty)
        {
            throw IamException.DeleteConflict("Cannot delete entity, must delete policies first.");
        }
    }
}
