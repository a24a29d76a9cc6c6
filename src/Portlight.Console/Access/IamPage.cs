using Portlight.Console.Api;
using Portlight.Console.Shell;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Access;

/// <summary>A page about users, groups, roles and policies. What a person may not is told in the server's words, or, where the session cannot call IAM at all, with what would help.</summary>
public abstract class IamPage : LivePage
{
    /// <summary>Set while a change is under way.</summary>
    protected bool IsBusy { get; private set; }

    /// <summary>What the last change came to.</summary>
    protected string? Done { get; set; }

    /// <summary>Why IAM cannot be called by this person; null when it can.</summary>
    protected string? Barred => Person is { CallsIam: false }
        ? "Your policies do not allow portlight:SignIn, so the session of this console cannot call IAM. With it allowed, or signed in as an assumed role, users and policies are here."
        : null;

    private Rights _rights = Rights.Unknown;

    /// <summary>Why the person's policies do not allow what was asked about under this key; null where they do, or where that is not known.</summary>
    protected string? Refusal(string key) => _rights.Refusal(key);

    /// <summary>Asks what of what the page offers would be refused. That it cannot be asked keeps nobody from anything.</summary>
    internal async Task AskRightsAsync(params IReadOnlyList<(string Key, AccessCheck Check)> questions) =>
        await AskAsync(async caller => _rights = await Rights.AskAsync(caller, questions, Closed));

    /// <summary>Makes a change; <paramref name="done"/> is shown when it went through.</summary>
    internal async Task<bool> ChangeAsync(string done, Func<ApiCaller, Task> change)
    {
        (IsBusy, Done) = (true, null);
        var went = await TryAsync(change);
        (IsBusy, Done) = (false, went && done.Length > 0 ? done : null);
        return went;
    }
}
