using Portlight.Console.Api;
using Portlight.Console.Live;
using Portlight.Console.Networking;
using Portlight.Console.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Selection;

/// <summary>A change of the ports of one of several instances.</summary>
internal sealed class PortsOfInstance(WantedPorts wanted, InstanceView instance) : InstanceChange(instance)
{
    private IReadOnlyList<PortRule> _before = [];
    private IReadOnlyList<PortRule> _after = [];
    private PreviewPortsResponse? _preview;
    private string? _undoTag;

    public override IReadOnlyList<PortChangeEffect> Effects => _preview?.Effects ?? [];

    public override int FurtherEffects => _preview?.FurtherEffects ?? 0;

    public override CutByChange? Cut => _preview?.Connections;

    private protected override async Task AskAsync(ApiCaller caller, CancellationToken cancellation)
    {
        // The live list nearly always has what stands, so one question is enough; where it has not, it is asked once more, about what the answer says that stands.
        _preview = await AskAboutAsync(Instance.Rules, caller, cancellation) ?? await AskAboutAsync(_before, caller, cancellation);
        if (_preview is null)
        {
            Become(ChangeState.Conflict, "Its ports are being changed by somebody else; nothing was done to it.");
            return;
        }

        if (PortDifference.Between(_before, _after).Count == 0)
        {
            Become(ChangeState.Nothing, wanted.WhyNothing(_before));
        }
        else if (_preview.Problems.Count > 0 || _preview.Refusals.Count > 0)
        {
            Become(ChangeState.Forbidden, string.Join("; ", _preview.Problems.Select(problem => problem.Message).Concat(_preview.Refusals)));
        }
        else
        {
            Become(ChangeState.Ready);
        }
    }

    private protected override async Task DoAsync(ApiCaller caller, string? reason, CancellationToken cancellation)
    {
        if (await PortChange.ApplyAsync(caller, Name, Draft.Of(_preview!.EntityTag, _before).To(_after), mustConfirm: false, reason, cancellation) is not { } operation)
        {
            Become(ChangeState.Conflict, "Its ports have changed since they were looked at; nothing was done to it.");
            return;
        }

        Become(ChangeState.Done, PortChange.Outcome(operation, mustConfirm: false, Instance.Sync == SyncState.Recorded));
        _undoTag = await AfterwardsAsync(caller, cancellation);
    }

    private protected override async Task RevertAsync(ApiCaller caller, CancellationToken cancellation)
    {
        var lostTime = _preview!.Expiring.Select(one => PortRule.Of(one.PortState)).FirstOrDefault(rule => PortDifference.Between(_before, _after).Any(row => row.Before?.Key == rule.Key));
        if (lostTime is not null)
        {
            Become(ChangeState.NotUndone, $"{lostTime.Label} was open for a time, and would be open for good: undo it on its own page.");
        }
        else if (_undoTag is not null && await PortChange.ApplyAsync(caller, Name, Draft.Of(_undoTag, _after).To(_before), mustConfirm: false, reason: null, cancellation) is not null)
        {
            Become(ChangeState.Undone, "Its ports are as they were before.");
        }
        else
        {
            Become(ChangeState.NotUndone, "Its ports have been changed since, or could not be read after the change: they are left as they are.");
        }
    }

    /// <summary>What the wish makes of some rules; null where others stand by now, which are what stood before then.</summary>
    private async Task<PreviewPortsResponse?> AskAboutAsync(IReadOnlyList<PortRule> rules, ApiCaller caller, CancellationToken cancellation)
    {
        _after = wanted.Of(rules, Instance.Meant);
        var preview = await PortReads.PreviewAsync(caller, Name, _after, cancellation, withConnections: true);
        _before = [.. preview.PortStatesBefore.Select(PortRule.Of)];
        return PortDifference.Between(rules, _before).Count == 0 ? preview : null;
    }

    /// <summary>What the ports are known by that this change has made; null where they are others by now, or cannot be read.</summary>
    private async Task<string?> AfterwardsAsync(ApiCaller caller, CancellationToken cancellation)
    {
        try
        {
            var now = await PortReads.PreviewAsync(caller, Name, _before, cancellation);
            return PortDifference.Between([.. _preview!.PortStatesAfter.Select(PortRule.Of)], [.. now.PortStatesBefore.Select(PortRule.Of)]).Count == 0 ? now.EntityTag : null;
        }
        catch (ApiException exception) when (exception.Kind is not ApiFault.SignedOut)
        {
            return null;
        }
    }
}
