using Portlight.Console.Api;
using Portlight.Wire.Lightsail;

namespace Portlight.Console.SignIn;

/// <summary>The regions that the server serves, for the menu of them.</summary>
internal sealed class ServedRegions(ApiEndpoint endpoint, Sessions sessions)
{
    /// <summary>Asking is an event of the audit log, and regions are opened seldom.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);

    /// <summary>In the service's order; none where the person may not ask, or the server was not reached.</summary>
    public async Task<IReadOnlyList<string>> OfAsync(Person person, string? address, CancellationToken cancellation)
    {
        var now = endpoint.Clock.GetUtcNow();
        if (person.Regions.Served is not { } served || now - served.At > Kept)
        {
            person.Regions.Served = served = (await AskAsync(sessions.Home(person) ?? person, address, cancellation), now);
        }

        return served.Names;
    }

    /// <summary>In the region of the signing in, which is one: that of an address may be none.</summary>
    private async Task<IReadOnlyList<string>> AskAsync(Person home, string? address, CancellationToken cancellation)
    {
        try
        {
            var answer = await new ApiCaller(endpoint, home.Credentials, home.Region, address).LightsailAsync(
                "GetRegions", new GetRegionsRequest(), LightsailJson.Default.GetRegionsRequest, LightsailJson.Default.GetRegionsResponse, cancellation);
            return [.. answer.Regions.Select(region => region.Name)];
        }
        catch (ApiException)
        {
            return [];
        }
    }
}
