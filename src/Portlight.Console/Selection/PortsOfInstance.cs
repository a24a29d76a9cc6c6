using Portlight.Console.Api;
using Portlight.Console.Live;
using Portlight.Console.Networking;
using Portlight.Console.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Selection;

/// <summary>A change of the ports of one of several instances.</summary>
/// <param name="wish">What is wanted, as far as it is the same for all; null where each instance has to be asked about.</param>
/// <param name="instance">As the list has it.</param>
internal class PortsOfInstance(WantedPorts? wish, InstanceView instance) : InstanceChange(instance)
{
    private const string AsBefore = "Its ports are as they were before.";

    private WantedPorts? _wanted;
    private IReadOnlyList<PortRule> _before = [];
    private IReadOnlyList<PortRule> _after = [];
    private PreviewPortsResponse? _preview;
    private string? _undoTag;
    private bool _isSeenWaiting;

    public override IReadOnlyList<PortChangeEffect> Effects => _preview?.Effects ?? [];

    public override int FurtherEffects => _preview?.FurtherEffects ?? 0;

    public override CutByChange? Cut => _preview?.Connections;

    /// <summary>The live list tells what became of a change that waits. It may not have heard of the change yet, so nothing is said before it has.</summary>
    internal override void Follow(InstanceView now)
    {
        // It may also hear of it before the call that makes it is answered, and then of nothing until it is over.
        _isSeenWaiting |= now.Status.ConfirmBy is not null;
        if (State != ChangeState.Waits || now.Status.ConfirmBy is not null)
        {
            return;
        }

        if (_isSeenWaiting && IsSame(now.Rules, _before))
        {
            Become(ChangeState.Undone, $"It was not kept. {AsBefore}");
        }
        else if (_isSeenWaiting)
        {
            Become(IsSame(now.Rules, _after) ? ChangeState.Done : ChangeState.NotKnown, IsSame(now.Rules, _after) ? "Kept." : "Its ports have been changed since.");
        }
    }

    private protected override async Task AskAsync(ApiCaller caller, CancellationToken cancellation)
    {
        if ((_wanted = await WantedAsync(caller, cancellation)) is not { } wanted)
        {
            return;
        }

        // The live list nearly always has what stands, so one question is enough; where it has not, it is asked once more, about what the answer says that stands.
        _preview = await AskAboutAsync(wanted, Instance.Rules, caller, cancellation) ?? await AskAboutAsync(wanted, _before, caller, cancellation);
        if (_preview is null)
        {
            Become(ChangeState.Conflict, "Its ports are being changed by somebody else; nothing was done to it.");
            return;
        }

        if (IsSame(_before, _after))
        {
            Become(ChangeState.Nothing, wanted.WhyNothing(_before, _preview.Expiring));
        }
        else if (_preview.Problems.Count > 0 || _preview.Refusals.Count > 0)
        {
            Become(ChangeState.Forbidden, string.Join("; ", _preview.Problems.Select(problem => problem.Message).Concat(_preview.Refusals)));
        }
        else
        {
            Become(ChangeState.Ready, wanted.Why);
        }
    }

    /// <summary>What is wanted of this instance; null where that cannot be told, which its state says.</summary>
    private protected virtual Task<WantedPorts?> WantedAsync(ApiCaller caller, CancellationToken cancellation) => Task.FromResult(wish);

    private protected override async Task DoAsync(ApiCaller caller, HowToApply how, CancellationToken cancellation)
    {
        if (await PortChange.ApplyAsync(caller, Name, Draft.Of(_preview!.EntityTag, _before).To(_after), how.ConfirmWithin, how.Reason, cancellation) is not { } operation)
        {
            Become(ChangeState.Conflict, "Its ports have changed since they were looked at; nothing was done to it.");
            return;
        }

        var words = PortChange.Outcome(operation, mustConfirm: false, Instance.Sync == SyncState.Recorded);
        if (how.ConfirmWithin is not null)
        {
            Become(ChangeState.Waits, words);
            return;
        }

        Become(ChangeState.Done, words);
        _undoTag = await AfterwardsAsync(caller, cancellation);
    }

    private protected override async Task ConfirmAsync(ApiCaller caller, bool isKept, CancellationToken cancellation)
    {
        await caller.ConfirmAsync(new ConfirmPortsRequest { InstanceName = Name, Revert = isKept ? null : true }, cancellation);
        if (isKept)
        {
            Become(ChangeState.Done, "Kept.");
            _undoTag = await AfterwardsAsync(caller, cancellation);
        }
        else
        {
            Become(ChangeState.Undone, AsBefore);
        }
    }

    private protected override async Task RevertAsync(ApiCaller caller, CancellationToken cancellation)
    {
        var lostTime = _preview!.Expiring.Select(one => PortRule.Of(one.PortState)).FirstOrDefault(rule => PortDifference.Between(_before, _after).Any(row => row.Before?.Key == rule.Key));
        if (lostTime is not null)
        {
            Become(ChangeState.NotUndone, $"{lostTime.Label} was open for a time, and would be open for good: undo it on its own page.");
        }
        else if (_undoTag is not null && await PortChange.ApplyAsync(caller, Name, Draft.Of(_undoTag, _after).To(_before), within: null, reason: null, cancellation) is not null)
        {
            Become(ChangeState.Undone, AsBefore);
        }
        else
        {
            Become(ChangeState.NotUndone, "Its ports have been changed since, or could not be read after the change: they are left as they are.");
        }
    }

    /// <summary>What the wish makes of some rules; null where others stand by now, which are what stood before then.</summary>
    private async Task<PreviewPortsResponse?> AskAboutAsync(WantedPorts wanted, IReadOnlyList<PortRule> rules, ApiCaller caller, CancellationToken cancellation)
    {
        _after = wanted.Of(rules, Instance.Meant);
        var preview = await PortReads.PreviewAsync(caller, Name, _after, cancellation, withConnections: true);
        _before = [.. preview.PortStatesBefore.Select(PortRule.Of)];
        return IsSame(rules, _before) ? preview : null;
    }

    /// <summary>What the ports are known by that this change has made; null where they are others by now, or cannot be read.</summary>
    private async Task<string?> AfterwardsAsync(ApiCaller caller, CancellationToken cancellation)
    {
        try
        {
            var now = await PortReads.PreviewAsync(caller, Name, _before, cancellation);
            return IsSame([.. _preview!.PortStatesAfter.Select(PortRule.Of)], [.. now.PortStatesBefore.Select(PortRule.Of)]) ? now.EntityTag : null;
        }
        catch (ApiException exception) when (exception.Kind is not ApiFault.SignedOut)
        {
            return null;
        }
    }

    private static bool IsSame(IReadOnlyList<PortRule> some, IReadOnlyList<PortRule> others) => PortDifference.Between(some, others).Count == 0;
}
