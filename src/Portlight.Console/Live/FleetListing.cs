using System.Collections.Immutable;

namespace Portlight.Console.Live;

/// <summary>
/// What the list of instances shows of a fleet. What is counted over all of it is counted once for each state of the fleet, and the list is narrowed and sorted once for each question: a page is
/// shown anew far more often, and there may be ten thousand instances.
/// </summary>
internal sealed class FleetListing(TimeProvider clock)
{
    private FleetSnapshot? _counted;
    private (FleetSnapshot Fleet, string? View, string? Query, string? Sort)? _asked;
    private Dictionary<string, int> _counts = [];

    /// <summary>The instances that are shown, in their order.</summary>
    public List<ListedInstance> Shown { get; private set; } = [];

    /// <summary>The menu of tags.</summary>
    public IReadOnlyList<(string Word, int Instances)> Tags { get; private set; } = [];

    /// <summary>The menu of states.</summary>
    public IReadOnlyList<(string Word, int Instances)> States { get; private set; } = [];

    /// <summary>How many instances of the whole fleet are in a view.</summary>
    public int Count(string view) => _counts.GetValueOrDefault(view);

    /// <param name="fleet">The fleet as it is now.</param>
    /// <param name="view">One of <see cref="FleetViews"/>.</param>
    /// <param name="query">What is in the search field.</param>
    /// <param name="sort">As <see cref="FleetOrder"/> takes it.</param>
    public void Show(FleetSnapshot fleet, string? view, string? query, string? sort)
    {
        if (!ReferenceEquals(_counted, fleet))
        {
            _counted = fleet;
            _counts = FleetViews.All.ToDictionary(one => one, one => fleet.Instances.Count(instance => FleetViews.Holds(one, instance, clock.GetUtcNow())));
            (Tags, States) = (FleetWords.Tags(fleet.Instances), FleetWords.States(fleet.Instances));
        }

        if (_asked == (fleet, view, query, sort))
        {
            return;
        }

        _asked = (fleet, view, query, sort);
        var (words, now) = (FleetQuery.Parse(query), clock.GetUtcNow());
        Shown = [.. FleetOrder.By(sort, fleet.Instances.Where(instance => FleetViews.Holds(view, instance, now) && words.Fits(instance))).Select((instance, place) => new ListedInstance(place, instance))];
    }
}

/// <summary>An instance at its place of the list.</summary>
internal readonly record struct ListedInstance(int Place, InstanceView Instance);
