using System.Collections.Concurrent;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;
using Instance = Portlight.Domain.Instance;

namespace Portlight.Lightsail;

/// <summary>Waits for changes of instances, so that nobody has to ask again and again.</summary>
internal sealed class WatchChanges(Services services) : IOperation<WatchChangesRequest, WatchChangesResponse>
{
    private const int LongestWait = 25;
    private const int UsualWait = 20;

    /// <summary>Changed instances in one answer.</summary>
    private const int MostChanged = 100;

    /// <summary>Calls of one account that wait at once.</summary>
    private const int MostWaiting = 64;

    private readonly ConcurrentDictionary<string, int> _waiting = new(StringComparer.Ordinal);

    public async Task<WatchChangesResponse> HandleAsync(Call call, WatchChangesRequest request)
    {
        var seconds = request.WaitSeconds ?? UsualWait;
        if (seconds is < 0 or > LongestWait)
        {
            throw Requests.Invalid([new Problem("waitSeconds", $"is {seconds}; it must be 0 to {LongestWait}")]);
        }

        if (request.AfterRevision is not { } after)
        {
            return new WatchChangesResponse { Revision = services.Store.Revision };
        }

        var account = call.Principal.AccountId;
        try
        {
            if (_waiting.AddOrUpdate(account, 1, (_, count) => count + 1) > MostWaiting)
            {
                throw new ThrottlingException($"Rate exceeded: {MostWaiting} calls of this account wait for changes already");
            }

            var (changes, revision) = await services.Recent.AfterAsync(call.Scope, after, TimeSpan.FromSeconds(seconds), call.Aborted);
            return changes is null || changes.Count > MostChanged
                ? new WatchChangesResponse { Revision = revision, MustReadAgain = true }
                : await AnswerAsync(call, changes, revision);
        }
        finally
        {
            _waiting.AddOrUpdate(account, 0, (_, count) => count - 1);
        }
    }

    private async Task<WatchChangesResponse> AnswerAsync(Call call, IReadOnlyList<RecentChanges.Change> changes, long revision)
    {
        var found = changes.OrderBy(change => change.Revision).Select(change => (change.Name, Instance: services.Store.View.FindInstance(call.Scope, change.Name))).ToList();
        List<Instance> changed = [.. found.Select(one => one.Instance).OfType<Instance>()];
        // All at once: of hosts that do not answer the caller waits for one time-out, not for one each.
        await Task.WhenAll(changed.Select(ConfirmAsync));
        return new WatchChangesResponse { Revision = revision, Changed = changed.ConvertAll(services.StatusOf), Removed = [.. found.Where(one => one.Instance is null).Select(one => one.Name)] };
    }

    /// <summary>Waits for the kernel as the change itself does; what it says later, ListFleet tells.</summary>
    private async Task ConfirmAsync(Instance instance)
    {
        try
        {
            await services.Hosts.Of(instance).ConfirmAsync(instance.Revision, services.Options.ConfirmTimeout);
        }
        catch (TimeoutException)
        {
            // The status says that it is not applied.
        }
    }
}
