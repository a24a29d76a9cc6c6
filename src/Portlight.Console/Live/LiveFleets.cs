using System.Runtime.CompilerServices;
using Portlight.Console.Api;
using Portlight.Console.SignIn;

namespace Portlight.Console.Live;

/// <summary>The fleet of each person that is signed in. It goes with the person: nothing else holds it.</summary>
internal sealed class LiveFleets(ApiEndpoint endpoint)
{
    private readonly ConditionalWeakTable<Person, LiveFleet> _fleets = [];

    /// <param name="person">Whose.</param>
    /// <param name="address">Where the person comes from at the first look; the watch is told to the server as from there.</param>
    public LiveFleet Of(Person person, string? address) =>
        _fleets.GetValue(person, one => new LiveFleet(new ApiCaller(endpoint, one.Credentials, one.Region, address), endpoint.Clock, one.Over));
}
