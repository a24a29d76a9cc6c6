using Portlight.AgentProtocol;
using Portlight.Wire.PortlightApi;
using static Portlight.Server.Tests.HostCalls;
using Card = Portlight.AgentProtocol.GuestCard;

namespace Portlight.Server.Tests;

/// <summary>What a host's agent has found is offered, bounded and without what could reach beyond its line; what is attached already is marked.</summary>
public sealed class DiscoverTests
{
    [Fact]
    public async Task Guests_are_shown_with_what_attaches_them_and_as_what_they_are_attached()
    {
        await using var server = await StartAsync();
        server.Agent.Guests = new Discovery(
            [
                Guest("by-selector", new Card("net0") { Interface = "vnet4", HardwareAddress = "52:54:00:aa:bb:01", Selector = "mac:52:54:00:aa:bb:01" }),
                Guest("by-name", new Card("net0") { Interface = "tap100i0", Selector = "name:tap100i0" }),
                Guest("by-device", new Card("net0") { HardwareAddress = "52:54:00:aa:bb:02", Selector = "mac:52:54:00:aa:bb:02" }),
                Guest("new", new Card("net0") { HardwareAddress = "52:54:00:aa:bb:03", Selector = "mac:52:54:00:aa:bb:03", Bridge = "virbr0", Problem = "a port of a bridge", Hint = "why" }),
            ],
            ["libvirt was not read"]);
        server.Agent.Facts = new AttachmentFacts("there is no such interface", []) { IsMissing = true };
        await AttachAsync(server, new() { InstanceName = "vm-1", Selector = "mac:fe:54:00:aa:bb:01" });
        server.Agent.Facts = new AttachmentFacts(null, []);
        await AttachAsync(server, new() { InstanceName = "vm-2", Selector = "name:tap100i0" });
        server.Agent.Facts = new AttachmentFacts(null, []) { Interface = new FoundInterface("vnet5", "fe:54:00:aa:bb:02") };
        await AttachAsync(server, new() { InstanceName = "vm-3", InterfaceName = "vnet5" });

        var found = await DiscoverAsync(server, null);
        Assert.Equal("local", found.HostName);
        Assert.Equal(["vm-1", "vm-2", "vm-3", null], found.Guests.Select(guest => guest.Cards[0].AttachedAs));
        Assert.Equal(
            ("mac:52:54:00:aa:bb:03", "virbr0", "a port of a bridge", "why"), (found.Guests[3].Cards[0].Selector, found.Guests[3].Cards[0].Bridge, found.Guests[3].Cards[0].Problem, found.Guests[3].Cards[0].Hint));
        Assert.Equal(["libvirt was not read"], found.Unseen);
    }

    [Fact]
    public async Task What_an_agent_says_reaches_nothing_beyond_its_line()
    {
        await using var server = await StartAsync();
        server.Agent.Guests = new Discovery(
            [
                Guest("a\u001b[2Jb\n" + new string('x', 10_000), [.. Enumerable.Repeat(new Card("c\r") { Interface = "a;b c", HardwareAddress = "$(id)", Selector = "name:a b", Bridge = "x\ny", Problem = new string('p', 10_000) + "\n" }, 100)]),
                .. Enumerable.Repeat(Guest("more", []), 5000),
            ],
            [.. Enumerable.Repeat("u\n", 1000)]);

        var found = await DiscoverAsync(server, "local");
        Assert.True(found.Guests.Count <= 2000 && found.Unseen.Count <= 50);
        var card = found.Guests[0].Cards[0];
        Assert.Equal((null, null, null, null), (card.InterfaceName, card.HardwareAddress, card.Selector, card.Bridge));
        Assert.True(found.Guests[0].Cards.Count <= 16);
        Assert.All([found.Guests[0].Name, card.Name, card.Problem!, .. found.Unseen], text => Assert.True(text.Length < 500 && !text.Any(char.IsControl)));
    }

    [Fact]
    public async Task A_host_that_is_away_or_unknown_is_said_to_be()
    {
        await using var server = await StartAsync();
        Assert.Contains("does not exist", (await ServerHarness.RefusalAsync(() => DiscoverAsync(server, "fra-99"))).Message, StringComparison.Ordinal);
        await JoinAsync(server, (await TokenAsync(server, "fra-07")).Token);
        Assert.Contains("its agent has to look", (await ServerHarness.RefusalAsync(() => DiscoverAsync(server, "fra-07"))).Message, StringComparison.Ordinal);
        server.Server.Hosts.Connect("fra-07", new ScriptedAgent { Guests = new Discovery([Guest("vm", [])], []) });
        Assert.Equal("vm", Assert.Single((await DiscoverAsync(server, "fra-07")).Guests).Name);
    }

    private static DiscoveredGuest Guest(string name, params Card[] cards) => new("libvirt", name, IsRunning: true, [.. cards]);

    private static Task<DiscoverGuestsResponse> DiscoverAsync(ServerHarness server, string? host) =>
        CallAsync(server, "DiscoverGuests", new DiscoverGuestsRequest { HostName = host }, Json.DiscoverGuestsRequest, Json.DiscoverGuestsResponse);

    private static Task<AttachInstanceResponse> AttachAsync(ServerHarness server, AttachInstanceRequest request) =>
        CallAsync(server, "AttachInstance", request, Json.AttachInstanceRequest, Json.AttachInstanceResponse);
}
