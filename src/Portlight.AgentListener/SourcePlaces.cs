using Portlight.Domain;

namespace Portlight.AgentListener;

/// <summary>As many at a time from each source as are said; the others wait in order.</summary>
internal sealed class SourcePlaces(int ofOne)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Cidr, (SemaphoreSlim Places, int Users)> _sources = [];

    /// <summary>Waits for a place, which is to be left when this is true.</summary>
    internal async Task<bool> EnterAsync(Cidr source, TimeSpan atMost, CancellationToken cancellationToken)
    {
        SemaphoreSlim places;
        lock (_gate)
        {
            var known = _sources.TryGetValue(source, out var found) ? found : (Places: new SemaphoreSlim(ofOne), Users: 0);
            places = known.Places;
            _sources[source] = (places, known.Users + 1);
        }

        var hasEntered = false;
        try
        {
            hasEntered = await places.WaitAsync(atMost, cancellationToken);
        }
        finally
        {
            if (!hasEntered)
            {
                Forget(source);
            }
        }

        return hasEntered;
    }

    internal void Leave(Cidr source)
    {
        lock (_gate)
        {
            _sources[source].Places.Release();
        }

        Forget(source);
    }

    private void Forget(Cidr source)
    {
        lock (_gate)
        {
            var (places, users) = _sources[source];
            if (users == 1)
            {
                _sources.Remove(source);
            }
            else
            {
                _sources[source] = (places, users - 1);
            }
        }
    }
}
