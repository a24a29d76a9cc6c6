using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Portlight.Console.Api;
using Portlight.Console.Settings;

namespace Portlight.Console.SignIn;

/// <summary>
/// One request, or one open page: the person that makes it and the address that it comes from. An open page has the address of the connection that it last came by, so that what a policy
/// says of addresses holds for each page by itself; and the region that its own address names, so that two tabs are in two regions.
/// </summary>
internal sealed class Visit(ApiEndpoint endpoint, Sessions sessions, IHttpContextAccessor accessor, AuthenticationStateProvider authentication, NavigationManager navigation) : CircuitHandler
{
    /// <summary>What the address of a page of a region goes on with after its name.</summary>
    internal static readonly string[] OfRegions = ["instances", "exposure", "exposure.csv", "exposure.svg", "explain", "refusals"];

    private string? _connectedFrom;
    private bool _isOpenPage;

    /// <summary>The address that the person comes from; null where that cannot be told.</summary>
    public string? Address => _connectedFrom ?? AddressOf(accessor.HttpContext);

    public static string? AddressOf(HttpContext? http) => http?.Connection.RemoteIpAddress is { } address ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString() : null;

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        _isOpenPage = true;
        _connectedFrom = AddressOf(accessor.HttpContext) ?? _connectedFrom;
        return Task.CompletedTask;
    }

    /// <summary>The person, in the region that is looked at; null where the session is over.</summary>
    public async Task<Person?> FindPersonAsync()
    {
        var principal = accessor.HttpContext is { User.Identity.IsAuthenticated: true } http ? http.User : (await State())?.User;
        if (principal is null || sessions.Find(principal) is not { } home)
        {
            return null;
        }

        // A page of no region leads on to the one that was looked at last.
        return home.Regions.In(Named() ?? home.Regions.Last ?? home.Region, home);
    }

    /// <summary>A caller of the API with the person's own credentials.</summary>
    /// <exception cref="ApiException">The session is over.</exception>
    public async Task<ApiCaller> CallerAsync() =>
        await FindPersonAsync() is { } person
            ? new ApiCaller(endpoint, person.Credentials, person.Region, Address)
            : throw new ApiException(ApiFault.SignedOut, "the session is over");

    /// <summary>Ends the session in every tab.</summary>
    public async Task EndAsync()
    {
        if (await FindPersonAsync() is { } person)
        {
            sessions.Remove(person);
        }
    }

    /// <summary>The region that the address names; null for none.</summary>
    private string? Named()
    {
        var request = _isOpenPage ? null : accessor.HttpContext?.Request;
        if (request?.Path == "/palette")
        {
            return request.Query["region"].ToString() is { } asked && ConsoleSettings.IsRegion(asked) ? asked : null;
        }

        var path = request is null ? navigation.ToBaseRelativePath(navigation.Uri) : request.Path.Value!;
        return path.Trim('/').Split('/', '?', '#') is [var region, var page, ..] && OfRegions.Contains(page) && ConsoleSettings.IsRegion(region) ? region : null;
    }

    private async Task<AuthenticationState?> State()
    {
        try
        {
            return await authentication.GetAuthenticationStateAsync();
        }
        catch (InvalidOperationException)
        {
            // Outside of Razor components nobody has set it.
            return null;
        }
    }
}
