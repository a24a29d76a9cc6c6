using Microsoft.AspNetCore.Components;
using Portlight.Console.Api;
using Portlight.Console.Live;

namespace Portlight.Console.Shell;

/// <summary>A page that shows the fleet as it is now.</summary>
public abstract class LivePage : ApiComponent
{
    private IDisposable? _watch;

    [Inject] internal LiveFleets Fleets { get; set; } = default!;

    /// <summary>The fleet, as far as it is known.</summary>
    internal FleetSnapshot Fleet { get; private set; } = FleetSnapshot.Empty;

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        if (Person is null)
        {
            return;
        }

        var fleet = Fleets.Of(Person, Visit.Address);
        Fleet = fleet.Snapshot;
        if (RendererInfo.IsInteractive)
        {
            _watch = fleet.Watch(() => _ = InvokeAsync(() => Take(fleet)));
            Take(fleet);
        }
    }

    /// <summary>Called when the fleet has changed, before the page is shown anew.</summary>
    protected virtual void FleetChanged()
    {
    }

    protected override void Dispose(bool disposing)
    {
        _watch?.Dispose();
        base.Dispose(disposing);
    }

    private void Take(LiveFleet fleet)
    {
        Fleet = fleet.Snapshot;
        if (Fleet.IsSignedOut)
        {
            _watch?.Dispose();
            _ = TryAsync(_ => throw new ApiException(ApiFault.SignedOut, "the session is over"));
            return;
        }

        FleetChanged();
        StateHasChanged();
    }
}
