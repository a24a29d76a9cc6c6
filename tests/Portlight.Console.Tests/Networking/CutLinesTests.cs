using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Portlight.Console.Networking;
using Portlight.Console.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Networking;

public sealed class CutLinesTests : BunitContext
{
    public CutLinesTests() => Services.AddSingleton(TimeProvider.System);

    private static readonly PresentConnection Ssh = new() { Protocol = "tcp", PeerAddress = "192.0.2.7", PeerPort = 51234, Port = 22 };

    public static TheoryData<CutByChange?, string> Answers => new()
    {
        { null, "Connections that are no longer let in are cut with the change." },
        { new CutByChange { Problem = "the host fra-07 is away" }, "Which they are cannot be told: the host fra-07 is away" },
        { new CutByChange { Total = 3, IsDrained = true }, "Nothing is cut: this host lets connections live on whose port closes." },
        { new CutByChange(), "There are no connections that it could cut." },
        { new CutByChange { Total = 1200 }, "It cuts none of 1,200 connections." },
        { new CutByChange { Total = 5, Cut = [Ssh] }, "It cuts 1 of 5 connections." },
        { new CutByChange { Total = 5, Cut = [Ssh], CallerIsCut = true }, "It cuts 1 of 5 connections, and one comes from your address." },
        { new CutByChange { Total = 200, Cut = [.. Enumerable.Repeat(Ssh, 100)], FurtherCut = 60 }, "And 152 more." },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void What_becomes_of_present_connections_is_said_in_words(CutByChange? cut, string words) =>
        Assert.Contains(words, Render<CutLines>(parameters => parameters.Add(lines => lines.Cut, cut)).Markup, StringComparison.Ordinal);

    [Fact]
    public void Each_connection_is_told_by_its_peer_its_age_what_it_has_carried_and_why_it_ends()
    {
        Services.AddSingleton<TimeProvider>(new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddHours(3)));
        var old = Ssh with { StartedAt = DateTimeOffset.UnixEpoch.AddMinutes(46), Bytes = 3_100_000, PortState = new() { Protocol = "tcp", FromPort = 22, ToPort = 22, State = "open", Cidrs = ["0.0.0.0/0"], Ipv6Cidrs = [], CidrListAliases = [] } };
        var six = new PresentConnection { Protocol = "tcp", PeerAddress = "2001:db8::9", PeerPort = 61022, Port = 3306 };

        var lines = Render<CutLines>(parameters => parameters
            .Add(lines => lines.Cut, new CutByChange { Total = 5, Cut = [old, six] })
            .Add(lines => lines.Draft, Draft.Of("tag", [new PortRule("tcp", 22, 22, ["198.51.100.0/24"])]))).FindAll(".conns li");

        Assert.Equal(["192.0.2.7:51234 → 22", "tcp, SSH, outside the new sources", "2 h 14 min3.1 MB"], lines[0].Children.Skip(1).Select(part => part.TextContent));
        Assert.Equal(["[2001:db8::9]:61022 → 3306", "tcp, by the closing of 3306", ""], lines[1].Children.Skip(1).Select(part => part.TextContent));
    }

    [Fact]
    public void A_cut_that_is_the_callers_own_stands_out()
    {
        Assert.NotNull(Render<CutLines>(parameters => parameters.Add(lines => lines.Cut, new CutByChange { Total = 1, Cut = [Ssh] })).Find(".note.warn"));
        Assert.NotNull(Render<CutLines>(parameters => parameters.Add(lines => lines.Cut, new CutByChange { Total = 1, Cut = [Ssh], CallerIsCut = true })).Find(".note.bad"));
    }
}
