using Portlight.Api;
using Portlight.Storage;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>ListUsers, ListGroups and ListRoles: those under a path, in order of name, whatever its case.</summary>
internal static class Listing
{
    /// <summary>About how long one is in the answer.</summary>
    private const int Length = 500;

    /// <param name="store">Where they are.</param>
    /// <param name="kind">As ARNs say it, <c>user</c>.</param>
    /// <param name="element">The list's element, <c>Users</c>.</param>
    /// <param name="list">Those of an account after a name, at most so many.</param>
    /// <param name="key">Path and name of one.</param>
    /// <param name="write">Writes one.</param>
    public static Func<IamRequest, XmlAnswer, Task> Of<T>(
        IStore store, string kind, string element, Func<IStoreView, string, string, int, IReadOnlyList<T>> list, Func<T, (string Path, string Name)> key, Action<XmlAnswer, T> write) => (request, answer) =>
    {
        var prefix = request.Find("PathPrefix", IamRules.PathPrefix) ?? "/";
        var page = IamPage.Read(request);
        request.Done();

        // The reference lists no resource type for these; AWS asks on the path all the same, which is how a policy lets somebody list one path alone.
        Authorization.Require(request.Call, new AccessQuestion(request.Action, $"arn:aws:iam::{request.AccountId}:{kind}{prefix}"));
        var all = new IamWalkPart<T>("", (after, limit) => list(store.View, request.AccountId, after, limit), entry => key(entry).Name);
        IamWalk.Of(page, [all], entry => key(entry).Path.StartsWith(prefix, StringComparison.Ordinal), _ => Length).Write(answer, element, entry => write(answer, entry));
        return Task.CompletedTask;
    };
}
