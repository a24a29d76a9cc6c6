using Bunit;
using Portlight.Console.Networking;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Networking;

public sealed class CutLinesTests : BunitContext
{
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
    public void A_cut_that_is_the_callers_own_stands_out()
    {
        Assert.NotNull(Render<CutLines>(parameters => parameters.Add(lines => lines.Cut, new CutByChange { Total = 1, Cut = [Ssh] })).Find(".note.warn"));
        Assert.NotNull(Render<CutLines>(parameters => parameters.Add(lines => lines.Cut, new CutByChange { Total = 1, Cut = [Ssh], CallerIsCut = true })).Find(".note.bad"));
    }
}
