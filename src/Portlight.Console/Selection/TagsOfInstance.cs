using Portlight.Console.Api;
using Portlight.Console.Live;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Selection;

/// <summary>
/// A change of the tags of one of several instances. Nothing waits to be confirmed, because no packet is treated by tags (decision 0147); policies may be written by them, so the review says what a person may no longer do
/// afterwards. What stands is read once more before it is changed.
/// </summary>
/// <param name="wish">What is wanted, as far as it is the same for all; null where each instance has to be asked about.</param>
/// <param name="instance">As the list has it.</param>
internal class TagsOfInstance(WantedTag? wish, InstanceView instance) : InstanceChange(instance)
{
    private const string Put = "lightsail:PutInstancePublicPorts", Set = "lightsail:TagResource", Remove = "lightsail:UntagResource";

    // A tag without a value has an empty one; a key that is not there has none.
    private Dictionary<string, string?> _before = [];
    private Dictionary<string, string?> _after = [];

    public override string? Difference => State is ChangeState.Unread or ChangeState.Nothing || _after.Count == 0 ? null : string.Join(", ", _after.Select(tag => (_before.GetValueOrDefault(tag.Key), tag.Value) switch
    {
        (null, { } value) => $"gets {Text(tag.Key, value)}",
        ({ } before, null) => $"loses {Text(tag.Key, before)}",
        ({ } before, { } value) => $"has {Text(tag.Key, before)}, gets {Text(tag.Key, value)}",
        _ => "",
    }));

    /// <summary>What is wanted, of the tags that it has now; null where that cannot be told, which its state says.</summary>
    private protected virtual Task<(Dictionary<string, string?> Tags, string? Why)?> WantedAsync(ApiCaller caller, Dictionary<string, string?> now, CancellationToken cancellation) =>
        Task.FromResult<(Dictionary<string, string?>, string?)?>((new(StringComparer.Ordinal) { [wish!.Key] = wish.After(now.GetValueOrDefault(wish.Key)) }, null));

    private protected override async Task AskAsync(ApiCaller caller, CancellationToken cancellation)
    {
        var now = await TagsAsync(caller, cancellation);
        if (await WantedAsync(caller, now, cancellation) is not var (wanted, why))
        {
            return;
        }

        _after = wanted.Where(tag => tag.Value != now.GetValueOrDefault(tag.Key)).ToDictionary(StringComparer.Ordinal);
        _before = _after.Keys.ToDictionary(key => key, now.GetValueOrDefault, StringComparer.Ordinal);
        if (_after.Count == 0)
        {
            Become(ChangeState.Nothing, wanted.Values.All(value => value is null) ? "It has no such tag." : "It has this tag already.");
            return;
        }

        string[] actions = [.. _after.Values.Select(value => value is null ? Remove : Set).Distinct()];
        if (actions.Select((await Rights.AskAsync(caller, Name, actions, cancellation)).Refusal).OfType<string>().FirstOrDefault() is { } refusal)
        {
            Become(ChangeState.Forbidden, refusal);
        }
        else
        {
            Become(ChangeState.Ready, string.Join(' ', new[] { why, await LostAsync(caller, now, cancellation) }.OfType<string>()) is { Length: > 0 } words ? words : null);
        }
    }

    private protected override async Task DoAsync(ApiCaller caller, HowToApply how, CancellationToken cancellation)
    {
        if (!await StandAsync(caller, _before, cancellation))
        {
            Become(ChangeState.Conflict, "Its tags have changed since they were looked at; nothing was done to it.");
            return;
        }

        await SetAsync(caller, _after, cancellation);
        Become(ChangeState.Done, _after.Values.All(value => value is null) ? "The tag is gone." : "It has the tag.");
    }

    private protected override async Task RevertAsync(ApiCaller caller, CancellationToken cancellation)
    {
        if (!await StandAsync(caller, _after, cancellation))
        {
            Become(ChangeState.NotUndone, "Its tags have been changed since, and are left as they are.");
            return;
        }

        await SetAsync(caller, _before, cancellation);
        Become(ChangeState.Undone, "Its tags are as they were before.");
    }

    /// <summary>What the person may now and may not once it has these tags, because policies look at them; null for nothing.</summary>
    private async Task<string?> LostAsync(ApiCaller caller, Dictionary<string, string?> now, CancellationToken cancellation)
    {
        if (Instance.Status.Arn is not { } arn)
        {
            return null;
        }

        var then = new Dictionary<string, string?>(now, StringComparer.Ordinal);
        foreach (var (key, value) in _after)
        {
            then[key] = value;
        }

        (string Action, string Words)[] rights = [(Put, "change its ports"), (Set, "tag it"), (Remove, "remove its tags")];
        var questions = from tags in new[] { now, then }
                        from right in rights
                        select new AccessCheck { Action = right.Action, ResourceArn = arn, ResourceTags = [.. tags.Where(tag => tag.Value is not null).Select(tag => Tag(tag.Key, tag.Value!))] };
        var answers = (await caller.CallAsync(
            "CheckAccess", new CheckAccessRequest { Questions = [.. questions] }, PortlightJson.Default.CheckAccessRequest, PortlightJson.Default.CheckAccessResponse, cancellation)).Answers;
        List<string> lost = [.. rights.Where((_, place) => answers[place].IsAllowed && !answers[rights.Length + place].IsAllowed).Select(right => right.Words)];
        return lost.Count == 0 ? null : $"Afterwards your policies no longer allow you to {string.Join(", or to ", lost)}.";
    }

    private async Task<bool> StandAsync(ApiCaller caller, Dictionary<string, string?> tags, CancellationToken cancellation)
    {
        var now = await TagsAsync(caller, cancellation);
        return tags.All(tag => now.GetValueOrDefault(tag.Key) == tag.Value);
    }

    private async Task<Dictionary<string, string?>> TagsAsync(ApiCaller caller, CancellationToken cancellation)
    {
        var answer = await caller.LightsailAsync("GetInstance", new GetInstanceRequest { InstanceName = Name }, LightsailJson.Default.GetInstanceRequest, LightsailJson.Default.GetInstanceResponse, cancellation);
        return (answer.Instance.Tags ?? []).ToDictionary(tag => tag.Key!, tag => (string?)(tag.Value ?? ""), StringComparer.Ordinal);
    }

    private async Task SetAsync(ApiCaller caller, Dictionary<string, string?> tags, CancellationToken cancellation)
    {
        List<string> gone = [.. tags.Where(tag => tag.Value is null).Select(tag => tag.Key)];
        List<Tag> set = [.. tags.Where(tag => tag.Value is not null).Select(tag => Tag(tag.Key, tag.Value!))];
        if (gone.Count > 0)
        {
            await caller.LightsailAsync("UntagResource", new UntagResourceRequest { ResourceName = Name, TagKeys = gone }, LightsailJson.Default.UntagResourceRequest, LightsailJson.Default.UntagResourceResponse, cancellation);
        }

        if (set.Count > 0)
        {
            await caller.LightsailAsync("TagResource", new TagResourceRequest { ResourceName = Name, Tags = set }, LightsailJson.Default.TagResourceRequest, LightsailJson.Default.TagResourceResponse, cancellation);
        }
    }

    private static Tag Tag(string key, string value) => new() { Key = key, Value = value.Length == 0 ? null : value };

    private static string Text(string key, string value) => value.Length == 0 ? key : $"{key}={value}";
}
