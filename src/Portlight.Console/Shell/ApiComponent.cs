using Microsoft.AspNetCore.Components;
using Portlight.Console.Api;
using Portlight.Console.SignIn;

namespace Portlight.Console.Shell;

/// <summary>A page, or a part of one, that calls the API for the person that looks at it. Where the session is over it leads to signing in and back.</summary>
public abstract class ApiComponent : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _closed = new();

    [Inject] internal Visit Visit { get; set; } = default!;

    [Inject] internal NavigationManager Navigation { get; set; } = default!;

    [Inject] internal TimeProvider Clock { get; set; } = default!;

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
        }
    }

    /// <summary>Runs calls of the API; returns whether they went through. What they are refused with is <see cref="Problem"/>.</summary>
    internal async Task<bool> TryAsync(Func<ApiCaller, Task> calls)
    {
        var (went, problem) = await AskAsync(calls);
        Problem = went ? null : problem ?? Problem;
        return went;
    }

    /// <summary>The same for calls beside others: what they are refused with is returned, and is null, too, where the page is left.</summary>
    internal async Task<(bool Went, string? Problem)> AskAsync(Func<ApiCaller, Task> calls)
    {
        try
        {
            await calls(await Visit.CallerAsync());
            return (true, null);
        }
        catch (ApiException exception) when (exception.Kind == ApiFault.SignedOut)
        {
            await Visit.EndAsync();
            SignIn();
        }
        catch (ApiException exception)
        {
            return (false, exception.Message);
        }
        catch (OperationCanceledException) when (Closed.IsCancellationRequested)
        {
            // The page is gone.
        }

        return (false, null);
    }

    protected virtual void Dispose(bool disposing)
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    /// <summary>To the page to sign in, and back to this one then.</summary>
    private void SignIn() => Navigation.NavigateTo($"sign-in?returnUrl={Uri.EscapeDataString("/" + Navigation.ToBaseRelativePath(Navigation.Uri))}", forceLoad: true);
}
