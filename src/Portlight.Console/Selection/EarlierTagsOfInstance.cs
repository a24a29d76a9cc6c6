using Portlight.Console.Api;
using Portlight.Console.Live;
using Portlight.Console.Shell;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Selection;

/// <summary>The tags of one of several instances become what they were before their last change. What that was is in the audit log, so it does not matter who made it, when, and from which page.</summary>
internal sealed class EarlierTagsOfInstance(InstanceView instance, TimeProvider clock) : TagsOfInstance(wish: null, instance)
{
    /// <summary>Pages that are looked through for one change.</summary>
    private const int MostPages = 10;

    private protected override async Task<(Dictionary<string, string?> Tags, string? Why)?> WantedAsync(ApiCaller caller, Dictionary<string, string?> now, CancellationToken cancellation)
    {
        if (await NewestAsync(caller, cancellation) is not { TagsBefore: { } before, TagsAfter: { } after } last)
        {
            Become(ChangeState.Nothing, "The audit log holds no change of its tags, or does not say what they were before.");
            return null;
        }

        if (after.Any(tag => now.GetValueOrDefault(tag.Key!) != (tag.Value ?? "")) || Gone(before, after).Any(key => now.GetValueOrDefault(key) is not null))
        {
            Become(ChangeState.Nothing, "Its tags are not those that their last change has made.");
            return null;
        }

        var wanted = before.ToDictionary(tag => tag.Key!, tag => (string?)(tag.Value ?? ""), StringComparer.Ordinal);
        foreach (var key in Gone(after, before))
        {
            wanted[key] = null;
        }

        return (wanted, $"Before the change of {last.By.Name}, {Ages.Of(last.At, clock.GetUtcNow())}.");
    }

    /// <summary>Keys of some tags that others have not.</summary>
    private static IEnumerable<string> Gone(IReadOnlyList<Tag> some, IReadOnlyList<Tag> others) => some.Select(tag => tag.Key!).Except(others.Select(tag => tag.Key!));

    /// <summary>The newest event that has changed its tags; null where the log holds none.</summary>
    private async Task<Wire.PortlightApi.Activity?> NewestAsync(ApiCaller caller, CancellationToken cancellation)
    {
        string? token = null;
        for (var pages = 0; pages < MostPages; pages++)
        {
            var page = await caller.CallAsync(
                "LookupActivity", new LookupActivityRequest { InstanceName = Name, Kinds = [ActivityKinds.Others], PageToken = token }, PortlightJson.Default.LookupActivityRequest, PortlightJson.Default.LookupActivityResponse, cancellation);
            if (page.Activities.FirstOrDefault(one => one.TagsBefore is not null) is { } found)
            {
                return found;
            }

            if ((token = page.NextPageToken) is null)
            {
                break;
            }
        }

        return null;
    }
}
