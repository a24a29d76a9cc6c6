using Microsoft.AspNetCore.Components;
using Portlight.Console.Api;
using Portlight.Console.Live;
using Portlight.Console.SignIn;

namespace Portlight.Console.Shell;

/// <summary>A page that shows the fleet as it is now, or calls the API for the person that looks at it. Where the session is over it leads to signing in and back.</summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private IDisposable? _watch;

    [Inject] internal Visit Visit { get; set; } = default!;

    [Inject] internal LiveFleets Fleets { get; set; } = default!;

    [Inject] internal NavigationManager Navigation { get; set; } = default!;

    [Inject] internal TimeProvider Clock { get; set; } = default!;

    /// <summary>The fleet, as far as it is known.</summary>
    internal FleetSnapshot Fleet { get; private set; } = FleetSnapshot.Empty;

    /// <summary>The person; null before the first initialisation, and where the session is over.</summary>
    internal Person? Person { get; private set; }

    /// <summary>What the last call was refused with; null when none was.</summary>
    protected string? Problem { get; set; }

    /// <summary>Cancelled when the page is left.</summary>
    protected CancellationToken Closed => _closed.Token;

    /// <summary>The name of the marker that the page answers to its person.</summary>
    protected string? Live => RendererInfo.IsInteractive ? "yes" : null;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected override async Task OnInitializedAsync()
    {
        Person = await Visit.FindPersonAsync();
        if (Person is null)
        {
            SignIn();
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

    /// <summary>Runs calls of the API; returns whether they went through. What they are refused with is <see cref="Problem"/>.</summary>
    internal async Task<bool> TryAsync(Func<ApiCaller, Task> calls)
    {
        try
        {
            await calls(await Visit.CallerAsync());
            Problem = null;
            return true;
        }
        catch (ApiException exception) when (exception.Kind == ApiFault.SignedOut)
        {
            await Visit.EndAsync();
            SignIn();
        }
        catch (ApiException exception)
        {
            Problem = exception.Message;
        }
        catch (OperationCanceledException) when (Closed.IsCancellationRequested)
        {
            // The page is gone.
        }

        return false;
    }

    protected virtual void Dispose(bool disposing)
    {
        _watch?.Dispose();
        _closed.Cancel();
        _closed.Dispose();
    }

    /// <summary>To the page to sign in, and back to this one then.</summary>
    private void SignIn() => Navigation.NavigateTo($"sign-in?returnUrl={Uri.EscapeDataString("/" + Navigation.ToBaseRelativePath(Navigation.Uri))}", forceLoad: true);

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
