using Portlight.Console.Api;
using Portlight.Wire.Lightsail;

namespace Portlight.Console.SignIn;

/// <summary>The regions that the server serves, for the menu of them. No page waits for it longer than a moment: it is shown, too, while the server does not answer.</summary>
internal sealed class ServedRegions(ApiEndpoint endpoint, Sessions sessions)
{
    /// <summary>Asking is an event of the audit log, and regions are opened seldom.</summary>
    internal static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);

    internal static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    /// <summary>In the service's order; those of before while the server does not answer, and none where the person may not ask.</summary>
    public async Task<IReadOnlyList<string>> OfAsync(Person person, string? address)
    {
        if (person.Regions.Served is not { } served || endpoint.Clock.GetUtcNow() - served.At > Kept)
        {
            await Task.WhenAny(AskAsync(person, address), Task.Delay(Patience, endpoint.Clock, person.Over));
        }

        return person.Regions.Served?.Names ?? [];
    }

    /// <summary>In the region of the signing in, which is one: that of an address may be none.</summary>
    private async Task AskAsync(Person person, string? address)
    {
        var home = sessions.Home(person) ?? person;
        try
        {
            var answer = await new ApiCaller(endpoint, home.Credentials, home.Region, address).LightsailAsync(
                "GetRegions", new GetRegionsRequest(), LightsailJson.Default.GetRegionsRequest, LightsailJson.Default.GetRegionsResponse, person.Over);
            person.Regions.Served = ([.. answer.Regions.Select(region => region.Name)], endpoint.Clock.GetUtcNow());
        }
        catch (ApiException exception) when (exception.Kind == ApiFault.Unreachable)
        {
            // The next page asks again.
        }
        catch (ApiException)
        {
            person.Regions.Served = ([], endpoint.Clock.GetUtcNow());
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
    }
}
