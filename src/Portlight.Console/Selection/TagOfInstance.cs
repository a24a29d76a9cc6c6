using Portlight.Console.Api;
using Portlight.Console.Live;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Selection;

/// <summary>A tag that one of several instances is to have, or not to have. Tags know no <c>If-Match</c>: what stands is read once more before it is changed.</summary>
internal sealed class TagOfInstance(WantedTag wanted, InstanceView instance) : InstanceChange(instance)
{
    private string? _before;

    public override string? Difference => State is ChangeState.Unread or ChangeState.Nothing ? null : (_before, wanted.Value) switch
    {
        (null, { } value) => $"gets {Text(value)}",
        ({ } before, null) => $"loses {Text(before)}",
        ({ } before, { } value) => $"has {Text(before)}, gets {Text(value)}",
        _ => null,
    };

    private protected override async Task AskAsync(ApiCaller caller, CancellationToken cancellation)
    {
        _before = await ValueAsync(caller, cancellation);
        if (_before == wanted.Value)
        {
            Become(ChangeState.Nothing, wanted.Value is null ? "It has no such tag." : "It has this tag already.");
            return;
        }

        var answer = await caller.CallAsync(
            "CheckAccess", new CheckAccessRequest { Questions = [new AccessCheck { Action = wanted.Value is null ? "lightsail:UntagResource" : "lightsail:TagResource", InstanceName = Name }] },
            PortlightJson.Default.CheckAccessRequest, PortlightJson.Default.CheckAccessResponse, cancellation);
        if (answer.Answers[0] is { IsAllowed: false } refused)
        {
            Become(ChangeState.Forbidden, refused.Message ?? "your policies do not allow it");
        }
        else
        {
            Become(ChangeState.Ready);
        }
    }

    private protected override async Task DoAsync(ApiCaller caller, string? reason, CancellationToken cancellation)
    {
        if (await ValueAsync(caller, cancellation) != _before)
        {
            Become(ChangeState.Conflict, "Its tag has changed since it was looked at; nothing was done to it.");
            return;
        }

        await SetAsync(caller, wanted.Value, cancellation);
        Become(ChangeState.Done, wanted.Value is null ? "The tag is gone." : "It has the tag.");
    }

    private protected override async Task RevertAsync(ApiCaller caller, CancellationToken cancellation)
    {
        if (await ValueAsync(caller, cancellation) != wanted.Value)
        {
            Become(ChangeState.NotUndone, "Its tag has been changed since, and is left as it is.");
            return;
        }

        await SetAsync(caller, _before, cancellation);
        Become(ChangeState.Undone, "Its tags are as they were before.");
    }

    /// <summary>The value that it has, empty for one without; null where it has no such tag.</summary>
    private async Task<string?> ValueAsync(ApiCaller caller, CancellationToken cancellation)
    {
        var answer = await caller.LightsailAsync("GetInstance", new GetInstanceRequest { InstanceName = Name }, LightsailJson.Default.GetInstanceRequest, LightsailJson.Default.GetInstanceResponse, cancellation);
        return (answer.Instance.Tags ?? []).FirstOrDefault(tag => tag.Key == wanted.Key) is { } found ? found.Value ?? "" : null;
    }

    private Task SetAsync(ApiCaller caller, string? value, CancellationToken cancellation) => value is null
        ? caller.LightsailAsync("UntagResource", new UntagResourceRequest { ResourceName = Name, TagKeys = [wanted.Key] }, LightsailJson.Default.UntagResourceRequest, LightsailJson.Default.UntagResourceResponse, cancellation)
        : caller.LightsailAsync(
            "TagResource", new TagResourceRequest { ResourceName = Name, Tags = [new Tag { Key = wanted.Key, Value = value.Length == 0 ? null : value }] },
            LightsailJson.Default.TagResourceRequest, LightsailJson.Default.TagResourceResponse, cancellation);

    private string Text(string value) => value.Length == 0 ? wanted.Key : $"{wanted.Key}={value}";
}

/// <summary>A tag that instances are to have; with no value at all they are to be without it.</summary>
internal sealed record WantedTag(string Key, string? Value)
{
    public string Words => Value switch { null => $"Remove the tag {Key}", "" => $"Set the tag {Key}", _ => $"Set the tag {Key}={Value}" };
}
