using Portlight.Console.Api;
using Portlight.Console.Live;
using Portlight.Console.Networking;
using Portlight.Wire.Lightsail;

namespace Portlight.Console.Selection;

/// <summary>A tag that one of several instances is to have, or not to have. Tags know no <c>If-Match</c>: what stands is read once more before it is changed.</summary>
internal sealed class TagOfInstance(WantedTag wanted, InstanceView instance) : InstanceChange(instance)
{
    private string? _before;
    private string? _after;

    public override string? Difference => State is ChangeState.Unread or ChangeState.Nothing ? null : (_before, _after) switch
    {
        (null, { } value) => $"gets {Text(value)}",
        ({ } before, null) => $"loses {Text(before)}",
        ({ } before, { } value) => $"has {Text(before)}, gets {Text(value)}",
        _ => null,
    };

    private protected override async Task AskAsync(ApiCaller caller, CancellationToken cancellation)
    {
        _before = await ValueAsync(caller, cancellation);
        _after = wanted.After(_before);
        if (_before == _after)
        {
            Become(ChangeState.Nothing, _after is null ? "It has no such tag." : "It has this tag already.");
            return;
        }

        if (await PortReads.RefusalsAsync(caller, Name, [_after is null ? "lightsail:UntagResource" : "lightsail:TagResource"], cancellation) is [{ } refusal])
        {
            Become(ChangeState.Forbidden, refusal);
        }
        else
        {
            Become(ChangeState.Ready);
        }
    }

    private protected override async Task DoAsync(ApiCaller caller, HowToApply how, CancellationToken cancellation)
    {
        if (await ValueAsync(caller, cancellation) != _before)
        {
            Become(ChangeState.Conflict, "Its tag has changed since it was looked at; nothing was done to it.");
            return;
        }

        await SetAsync(caller, _after, cancellation);
        Become(ChangeState.Done, _after is null ? "The tag is gone." : "It has the tag.");
    }

    private protected override async Task RevertAsync(ApiCaller caller, CancellationToken cancellation)
    {
        if (await ValueAsync(caller, cancellation) != _after)
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
internal record WantedTag(string Key, string? Value)
{
    public virtual string Words => Value switch { null => $"Remove the tag {Key}", "" => $"Set the tag {Key}", _ => $"Set the tag {Key}={Value}" };

    /// <summary>The value that an instance is to have, by the one that it has.</summary>
    public virtual string? After(string? before) => Value;
}

/// <summary>A port that instances are there to offer to everybody, beside those that their tag says already.</summary>
internal sealed record MeantPort(int Port) : WantedTag(InstanceView.MeantTag, null)
{
    public override string Words => $"Mark {Port} as meant for everyone";

    public override string? After(string? before) => string.Join('+', InstanceView.MeantPorts([new Tag { Key = Key, Value = before }]).Where(port => port >= 0).Append(Port).Distinct().Order());
}
