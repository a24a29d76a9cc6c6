using Portlight.Console.Api;
using Portlight.Console.Live;
using Portlight.Console.Networking;
using Portlight.Console.Shell;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Selection;

/// <summary>A change of one of several instances that waits to be confirmed, made by whatever page: it is kept, or reverted.</summary>
internal sealed class WaitingChange(bool isKept, InstanceView instance, TimeProvider clock) : InstanceChange(instance)
{
    private PortRevision? _change;

    public override IReadOnlyList<PortChangeEffect> Effects => _change?.Effects ?? [];

    public override int FurtherEffects => _change?.FurtherEffects ?? 0;

    public override bool CanBeUndone => false;

    private protected override async Task AskAsync(ApiCaller caller, CancellationToken cancellation)
    {
        if (Instance.Status.ConfirmBy is not { } until)
        {
            Become(ChangeState.Nothing, "No change of it waits to be confirmed.");
            return;
        }

        if ((await Rights.AskAsync(caller, Name, [PortActions.Confirm], cancellation)).Refusal(PortActions.Confirm) is { } refusal)
        {
            Become(ChangeState.Forbidden, refusal);
            return;
        }

        try
        {
            _change = await PortHistory.NewestAsync(caller, Name, cancellation);
        }
        catch (ApiException exception) when (exception.Kind is not ApiFault.SignedOut)
        {
            // What it has changed is told where it may be.
        }

        Become(ChangeState.Ready, $"{(_change is { } change ? $"The change of {change.By.Name}, {Ages.Of(change.At, clock.GetUtcNow())}. " : "")}It is reverted in {Ages.Left(until, clock.GetUtcNow())} unless it is kept.");
    }

    private protected override async Task DoAsync(ApiCaller caller, HowToApply how, CancellationToken cancellation)
    {
        await caller.ConfirmAsync(new ConfirmPortsRequest { InstanceName = Name, Revert = isKept ? null : true }, cancellation);
        Become(ChangeState.Done, isKept ? "Kept." : "Its ports are as they were before.");
    }

    private protected override Task RevertAsync(ApiCaller caller, CancellationToken cancellation) => Task.CompletedTask;
}
