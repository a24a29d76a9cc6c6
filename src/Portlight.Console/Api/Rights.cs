using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Api;

/// <summary>What of the things that a page offers its person's policies do not allow. Where it could not be asked nothing is known to be refused: the server says it when it is done.</summary>
public sealed class Rights
{
    /// <summary>Questions of one call.</summary>
    private const int AtOnce = 100;

    private readonly Dictionary<string, string?> _refusals = new(StringComparer.Ordinal);

    private Rights()
    {
    }

    /// <summary>Of which nothing is known.</summary>
    public static Rights Unknown { get; } = new();

    /// <summary>Why it is refused; null where it is not.</summary>
    /// <param name="key">What it was asked under.</param>
    public string? Refusal(string key) => _refusals.GetValueOrDefault(key);

    internal static async Task<Rights> AskAsync(ApiCaller caller, IReadOnlyList<(string Key, AccessCheck Check)> questions, CancellationToken cancellation)
    {
        var rights = new Rights();
        foreach (var some in questions.Chunk(AtOnce))
        {
            var answer = await caller.CallAsync(
                "CheckAccess", new CheckAccessRequest { Questions = [.. some.Select(one => one.Check)] }, PortlightJson.Default.CheckAccessRequest, PortlightJson.Default.CheckAccessResponse, cancellation);
            foreach (var (question, told) in some.Zip(answer.Answers))
            {
                rights._refusals[question.Key] = told.IsAllowed ? null : told.Message ?? "your policies do not allow it";
            }
        }

        return rights;
    }

    /// <summary>Asks about actions, each of which is its own key.</summary>
    /// <param name="caller">Calls as the person.</param>
    /// <param name="instance">To which instance they are done; null for the account.</param>
    /// <param name="actions">As policies name them.</param>
    /// <param name="cancellation">Ends the asking.</param>
    internal static Task<Rights> AskAsync(ApiCaller caller, string? instance, IEnumerable<string> actions, CancellationToken cancellation) =>
        AskAsync(caller, [.. actions.Select(action => (action, new AccessCheck { Action = action, InstanceName = instance }))], cancellation);
}
