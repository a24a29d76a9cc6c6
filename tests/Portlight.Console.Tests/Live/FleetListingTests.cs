using Microsoft.Extensions.Time.Testing;
using Portlight.Console.Live;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Live;

public sealed class FleetListingTests
{
    private readonly FleetListing _listing = new(new FakeTimeProvider());
    private readonly FleetSnapshot _fleet = new() { Instances = [Instance("b", "prod"), Instance("a", "prod"), Instance("c", "test")], IsRead = true };

    [Fact]
    public void What_is_asked_decides_what_is_shown_and_in_which_order()
    {
        Assert.Equal(["b", "a", "c"], Shown(null));
        Assert.Equal(["a", "b"], Shown("name", "tag:env=prod"));
        Assert.Equal([0, 1], _listing.Shown.Select(row => row.Place));
        Assert.Equal(3, _listing.Count(FleetViews.Whole));
    }

    [Fact]
    public void Menus_and_counts_are_worked_out_once_for_each_state_of_the_fleet_whatever_is_asked()
    {
        Shown(null);
        var (tags, states) = (_listing.Tags, _listing.States);

        Shown("name");
        Shown("-name", "tag:env=test");

        Assert.Same(tags, _listing.Tags);
        Assert.Same(states, _listing.States);
        _listing.Show(_fleet with { Instances = _fleet.Instances.Add(Instance("d", "test")) }, null, null, null);
        Assert.NotSame(tags, _listing.Tags);
        Assert.Equal(("tag:env=test", 2), _listing.Tags.Single(tag => tag.Word == "tag:env=test"));
        Assert.Equal(4, _listing.Count(FleetViews.Whole));
    }

    [Fact]
    public void A_question_that_is_asked_again_is_not_answered_again()
    {
        Shown("name");
        var shown = _listing.Shown;

        Shown("name");
        Assert.Same(shown, _listing.Shown);

        Shown("-name");
        Assert.NotSame(shown, _listing.Shown);
    }

    [Fact]
    public void Each_view_that_is_counted_holds_as_many_as_it_says()
    {
        Shown(null);

        foreach (var view in FleetViews.All)
        {
            var counted = _listing.Count(view);
            _listing.Show(_fleet, view, null, null);
            Assert.Equal(counted, _listing.Shown.Count);
        }
    }

    private IEnumerable<string> Shown(string? sort, string? query = null)
    {
        _listing.Show(_fleet, null, query, sort);
        return _listing.Shown.Select(row => row.Instance.Name);
    }

    private static InstanceView Instance(string name, string env) => new(new InstanceStatus
    {
        Name = name,
        RegionName = "us-east-1",
        AccountId = "111122223333",
        State = "running",
        Tags = [new Tag { Key = "env", Value = env }],
        PortStates = [],
        DesiredRevision = 1,
        AppliedRevision = name == "c" ? null : 1,
    });
}
