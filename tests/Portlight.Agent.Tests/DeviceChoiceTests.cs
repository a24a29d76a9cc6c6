using Portlight.Agent.Devices;
using Portlight.Agent.Links;
using Portlight.Domain;

namespace Portlight.Agent.Tests;

/// <summary>Which device an attached interface is, through all that can happen to devices and names.</summary>
public sealed class DeviceChoiceTests
{
    private static readonly Device One = new(11, "vnet0", "tun", "fe:54:00:00:00:01");
    private static readonly Device Two = new(12, "vnet1", "tun", "fe:54:00:00:00:02");
    private static readonly Attachment.Interface First = Attached("vnet0", One.HardwareAddress);
    private static readonly Attachment.Interface Second = Attached("vnet1", Two.HardwareAddress);

    [Fact]
    public void The_device_of_the_name_is_bound_and_there_is_nothing_to_say()
    {
        var bound = Bind([One, Two]);
        Assert.Equal([11u, 12u], [bound[1].Device, bound[2].Device]);
        Assert.All(bound.Values, one => Assert.Equal((null, null), (one.Unfiltered, one.Note)));
    }

    [Fact]
    public void A_renamed_device_stays_bound_and_it_is_told()
    {
        var bound = Bind([One with { Name = "lan0" }, Two], Bind([One, Two]));
        Assert.Equal(11u, bound[1].Device);
        Assert.Contains("called `lan0` now", bound[1].Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Swapped_names_swap_no_ports_whether_somebody_watched_or_not()
    {
        Device[] swapped = [One with { Name = "vnet1" }, Two with { Name = "vnet0" }];
        foreach (var bound in new[] { Bind(swapped, Bind([One, Two])), Bind(swapped) })
        {
            Assert.Equal([11u, 12u], [bound[1].Device, bound[2].Device]);
        }
    }

    [Fact]
    public void Another_device_of_the_name_is_closed_until_it_is_attached()
    {
        var other = One with { Index = 13, HardwareAddress = "fe:54:00:00:00:09" };
        var bound = Bind([other, Two], Bind([One, Two]));
        Assert.Null(bound[1].Device);
        Assert.Contains("another device (fe:54:00:00:00:09) than the one that was attached (fe:54:00:00:00:01)", bound[1].Unfiltered, StringComparison.Ordinal);

        bound = DeviceChoice.Of(Wanted(Attached("vnet0", other.HardwareAddress)), bound, Survey(other, Two));
        Assert.Equal((13u, null), (bound[1].Device, bound[1].Unfiltered));
    }

    [Fact]
    public void The_same_machine_started_again_is_bound_again_under_its_name_or_another()
    {
        var gone = Bind([Two], Bind([One, Two]));
        Assert.Equal((null, null), (gone[1].Device, gone[1].Unfiltered));
        Assert.Contains("waits for the interface `vnet0`", gone[1].Note, StringComparison.Ordinal);

        Assert.Equal(13u, Bind([One with { Index = 13 }, Two], gone)[1].Device);
        Assert.Equal(13u, Bind([One with { Index = 13, Name = "vnet7" }, Two], gone)[1].Device);
    }

    [Fact]
    public void A_hardware_address_that_two_devices_have_binds_neither()
    {
        var bound = Bind([One with { Index = 13, Name = "vnet7" }, One with { Index = 14, Name = "vnet8" }]);
        Assert.Null(bound[1].Device);
    }

    [Fact]
    public void By_name_whichever_device_has_the_name_is_meant()
    {
        var byName = Wanted(Attached("vnet0", null));
        var bound = DeviceChoice.Of(byName, new Dictionary<long, BoundDevice>(), Survey(One));
        var other = One with { Index = 13, HardwareAddress = "fe:54:00:00:00:09" };

        Assert.Equal((13u, null), (DeviceChoice.Of(byName, bound, Survey(other))[1].Device, DeviceChoice.Of(byName, bound, Survey(other))[1].Unfiltered));
        Assert.Equal(11u, DeviceChoice.Of(byName, bound, Survey(One with { Name = "lan0" }))[1].Device);
        Assert.Equal(13u, DeviceChoice.Of(byName, bound, Survey(One with { Name = "lan0" }, other))[1].Device);
    }

    [Fact]
    public void One_device_is_never_two_instances()
    {
        // The first's device is gone, and the second's has its name.
        var bound = Bind([Two with { Name = "vnet0" }], Bind([One, Two]));
        Assert.Equal([null, 12u], [bound[1].Device, bound[2].Device]);
        Assert.Contains("the interface of another instance", bound[1].Note, StringComparison.Ordinal);
    }

    [Fact]
    public void What_makes_a_device_unfit_is_told_while_it_stays_bound()
    {
        var bridge = new Device(20, "br0", "bridge", null);
        var bound = Bind([One with { Master = 20, SlaveKind = "bridge" }, Two, bridge], Bind([One, Two]));
        Assert.Equal(11u, bound[1].Device);
        Assert.Equal((null, true, false), (bound[1].Unfiltered, bound[1].IsBridged, bound[2].IsBridged));

        var upper = new Device(21, "upper0", "macvlan", "9a:00:00:00:00:01") { Lower = One.Index };
        bound = Bind([One, Two, upper], bound);
        Assert.Equal((11u, false), (bound[1].Device, bound[1].IsBridged));
        Assert.Contains("remove `upper0` first", bound[1].Unfiltered, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_there_yet_is_closed_on_bridges_too()
    {
        var bound = Bind([Two]);
        Assert.Equal((null, true, false), (bound[1].Device, bound[1].IsBridged, bound[2].IsBridged));
    }

    [Fact]
    public void Where_the_kernel_has_no_table_for_bridges_a_port_of_one_is_told()
    {
        var survey = Survey(One with { Master = 20, SlaveKind = "bridge" }, Two, new Device(20, "br0", "bridge", null)) with { Bridges = new BridgeSupport(HasTables: false, "no table") };
        var bound = DeviceChoice.Of(Wanted(First), new Dictionary<long, BoundDevice>(), survey);
        Assert.Equal((11u, false), (bound[1].Device, bound[1].IsBridged));
        Assert.Contains("port of the bridge `br0`, and no table", bound[1].Unfiltered, StringComparison.Ordinal);
    }

    private static Attachment.Interface Attached(string name, string? device) => new(name, [], []) { Device = device };

    private static Dictionary<long, Attachment.Interface> Wanted(Attachment.Interface first) => new() { [1] = first };

    private static DeviceSurvey Survey(params Device[] devices) => new([.. devices], [], [], []);

    private static Dictionary<long, BoundDevice> Bind(Device[] devices, Dictionary<long, BoundDevice>? before = null) =>
        DeviceChoice.Of(new Dictionary<long, Attachment.Interface> { [1] = First, [2] = Second }, before ?? [], Survey(devices));
}
