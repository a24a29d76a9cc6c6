using Portlight.Cli.Verbs;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Tests.Verbs;

/// <summary>Guests as they are shown, and the lines to paste, of names that anybody may have chosen.</summary>
public sealed class GuestListTests
{
    [Theory]
    [InlineData("web1", "mac:52:54:00:aa:bb:01", null, "portlight attach web1 --mac 52:54:00:aa:bb:01")]
    [InlineData("web1", "name:tap100i0", "fra-07", "portlight attach web1 --host fra-07 --interface tap100i0 --by-name")]
    [InlineData("web1", "alias:it's $(id)", null, @"portlight attach web1 --alias 'it'\''s $(id)'")]
    [InlineData("web1", "name:;reboot", null, "portlight attach web1 --interface ';reboot' --by-name")]
    [InlineData("$(reboot) `x`", "mac:52:54:00:aa:bb:01", null, "portlight attach reboot---x --mac 52:54:00:aa:bb:01")]
    [InlineData("größe", "mac:52:54:00:aa:bb:01", null, "portlight attach gr--e --mac 52:54:00:aa:bb:01")]
    [InlineData("--yes", "mac:52:54:00:aa:bb:01", null, "portlight attach yes --mac 52:54:00:aa:bb:01")]
    [InlineData("5", "mac:52:54:00:aa:bb:01", null, "portlight attach guest-5 --mac 52:54:00:aa:bb:01")]
    [InlineData("!", "mac:52:54:00:aa:bb:01", null, "portlight attach guest-1 --mac 52:54:00:aa:bb:01")]
    public void The_line_to_attach_a_guest_can_be_pasted_whatever_it_is_called(string name, string selector, string? host, string line) =>
        Assert.Equal($"    {line}", Assert.Single(Lines(host, Guest(name, Card() with { Selector = selector })), shown => shown.Contains("portlight attach", StringComparison.Ordinal)));

    [Fact]
    public void What_is_attached_or_cannot_be_has_no_line_and_several_cards_are_told_apart()
    {
        var lines = Lines(
            null,
            Guest("web1", Card() with { Selector = "mac:52:54:00:aa:bb:01", AttachedAs = "web-1", Hint = "no need" }, Card() with { Name = "net1", Selector = "name:tap1", Hint = "a hint" }),
            Guest("db1", Card() with { InterfaceName = "vnet3", Bridge = "virbr0", Addresses = ["192.0.2.1"], Selector = "name:x", Problem = "a port of a bridge" }) with { IsRunning = false },
            Guest("off", Card()));
        Assert.Equal(
            """
            libvirt web1
              net0
                attached as web-1
              net1
                portlight attach web1-net1 --interface tap1 --by-name
                a hint
            libvirt db1, not running
              net0, vnet3, on virbr0, 192.0.2.1
                cannot be attached as it is: a port of a bridge
            libvirt off
              net0
                nothing of the host leads to it while it does not run
            """,
            string.Join('\n', lines));
        Assert.Equal(["no guests were found on fra-07"], Lines("fra-07"));
    }

    private static IEnumerable<string> Lines(string? host, params Guest[] guests) => GuestList.Lines(new DiscoverGuestsResponse { HostName = host ?? "local", Guests = guests, Unseen = [] }, host);

    private static Guest Guest(string name, params GuestCard[] cards) => new() { Provider = "libvirt", Name = name, IsRunning = true, Cards = cards };

    private static GuestCard Card() => new() { Name = "net0", Addresses = [] };
}
