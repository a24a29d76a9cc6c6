using Portlight.Agent.Devices;
using Portlight.Agent.Links;
using Portlight.Domain;

namespace Portlight.Agent.Tests;

/// <summary>Which device is what was attached by a selector, what is closed beside it, and what is told.</summary>
public sealed class SelectedDeviceTests
{
    private const string Guest = "mac:52:54:00:00:00:01";

    private static readonly Device Tap = new(11, "vnet0", "tun", "fe:54:00:00:00:01") { Alias = "web-1" };
    private static readonly Device Stranger = new(12, "vnet1", "tun", "fe:54:00:00:00:02");

    [Theory]
    [InlineData(Guest)]
    [InlineData("mac:fe:54:00:00:00:01")]
    [InlineData("alias:web-1")]
    public void It_is_waited_for_then_bound_then_followed_through_names_and_replacements(string selector)
    {
        var bound = Bind(selector, null, Stranger);
        Assert.Equal((null, null, null), (bound.Device, bound.Name, bound.Unfiltered));
        Assert.StartsWith("waiting: no such device yet", bound.Note, StringComparison.Ordinal);

        bound = Bind(selector, bound, Stranger, Tap);
        Assert.Equal((11u, "vnet0", null, null), (bound.Device, bound.Name, bound.Unfiltered, bound.Note));
        bound = Bind(selector, bound, Stranger, Tap with { Name = "vnet7" });
        Assert.Equal((11u, "vnet7", null, null), (bound.Device, bound.Name, bound.Unfiltered, bound.Note));
        bound = Bind(selector, bound, Stranger);
        Assert.Equal((null, "vnet7"), (bound.Device, bound.Name));
        bound = Bind(selector, bound, Stranger, Tap with { Index = 21, Name = "vnet8" });
        Assert.Equal((21u, "vnet8"), (bound.Device, bound.Name));
        Assert.Empty(bound.Closed);
    }

    [Fact]
    public void The_name_it_had_closes_while_it_is_away_and_is_not_another_machines()
    {
        var gone = Bind(Guest, Bind(Guest, null, Tap));
        Assert.Equal("vnet0", gone.Name);
        Assert.Null(Bind(Guest, gone, Stranger with { Name = "vnet0" }).Name);
    }

    [Fact]
    public void Of_several_none_is_open_and_all_are_closed_and_told()
    {
        var both = Bind(Guest, null, Tap, Tap with { Index = 13, Name = "vnet9" });
        Assert.Null(both.Device);
        Assert.Equal([11u, 13u], both.Closed);
        Assert.Contains("`vnet0`, `vnet9`; all are closed", both.Unfiltered, StringComparison.Ordinal);
        var one = Bind(Guest, both, Tap with { Index = 13, Name = "vnet9" });
        Assert.Equal((13u, null), (one.Device, one.Unfiltered));
        Assert.Empty(one.Closed);
    }

    [Fact]
    public void A_second_one_is_closed_and_told_and_takes_nothing_from_the_first()
    {
        var first = Bind(Guest, null, Tap);
        var second = Bind(Guest, first, Tap, Tap with { Index = 13, Name = "vnet9" });
        Assert.Equal(11u, second.Device);
        Assert.Equal([13u], second.Closed);
        Assert.Contains("`vnet9` is found by `mac:52:54:00:00:00:01` too, and closed", second.Unfiltered, StringComparison.Ordinal);
        Assert.Equal((13u, null), (Bind(Guest, second, Tap with { Index = 13, Name = "vnet9" }).Device, Bind(Guest, second, Tap with { Index = 13, Name = "vnet9" }).Unfiltered));
    }

    [Fact]
    public void What_has_lost_its_alias_is_filtered_until_another_has_it()
    {
        var first = Bind("alias:web-1", null, Tap);
        var bare = Bind("alias:web-1", first, Tap with { Alias = null });
        Assert.Equal((11u, null), (bare.Device, bare.Unfiltered));
        Assert.Contains("not found by `alias:web-1` any more", bare.Note, StringComparison.Ordinal);
        Assert.Equal(12u, Bind("alias:web-1", bare, Tap with { Alias = null }, Stranger with { Alias = "web-1" }).Device);
    }

    [Fact]
    public void One_device_is_never_two_instances_whatever_finds_it()
    {
        var wanted = new Dictionary<long, Attachment.Interface> { [1] = At(Guest), [2] = At("alias:web-1"), [3] = new("vnet0", [], []) };
        foreach (var devices in new Device[][] { [Tap], [Tap, Tap with { Index = 13, Name = "vnet9" }] })
        {
            var bound = DeviceChoice.Of(wanted, new Dictionary<long, BoundDevice>(), Survey(devices));
            var held = bound.Values.SelectMany(one => one.Device is { } device ? one.Closed.Add(device) : one.Closed).ToList();
            Assert.Equal(held.Distinct(), held);
            Assert.Equal(devices.Length, held.Count);
            Assert.Equal(11u, bound[3].Device);
        }
    }

    [Fact]
    public void A_link_of_the_lab_is_never_found()
    {
        var lab = Tap with { Alias = new LabAlias(new InstallationId(1), 5, "pl-web").ToString() };
        Assert.True(LabAlias.TryParse(lab.Alias, out _));
        Assert.Null(Bind(Guest, null, lab).Device);
    }

    private static Attachment.Interface At(string selector) => new("", [], []) { Selector = selector };

    private static BoundDevice Bind(string selector, BoundDevice? before, params Device[] devices) => DeviceChoice.Of(
        new Dictionary<long, Attachment.Interface> { [1] = At(selector) },
        before is null ? [] : new Dictionary<long, BoundDevice> { [1] = before },
        Survey(devices))[1];

    private static DeviceSurvey Survey(params Device[] devices) => new([.. devices], [], [], []);
}
