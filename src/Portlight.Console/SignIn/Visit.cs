using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Portlight.Console.Api;

namespace Portlight.Console.SignIn;

/// <summary>
/// One request, or one open page: the person that makes it and the address that it comes from. An open page has the address of the connection that it last came by, so that what a policy
/// says of addresses holds for each page by itself.
/// </summary>
internal sealed class Visit(ApiEndpoint endpoint, Sessions sessions, IHttpContextAccessor accessor, AuthenticationStateProvider authentication) : CircuitHandler
{
    private string? _connectedFrom;

    /// <summary>The address that the person comes from; null where that cannot be told.</summary>
    public string? Address => _connectedFrom ?? AddressOf(accessor.HttpContext);

    public static string? AddressOf(HttpContext? http) => http?.Connection.RemoteIpAddress is { } address ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString() : null;

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        _connectedFrom = AddressOf(accessor.HttpContext) ?? _connectedFrom;
        return Task.CompletedTask;
    }

    /// <summary>The person; null where the session is over.</summary>
    public async Task<Person?> FindPersonAsync()
    {
        var principal = accessor.HttpContext is { User.Identity.IsAuthenticated: true } http ? http.User : (await State())?.User;
        return principal is null ? null : sessions.Find(principal);
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
