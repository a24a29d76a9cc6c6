using Portlight.Console.Activity;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Activity;

public sealed class ActivityQueryTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 18, 40, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(new string[0], "ports refused access server others")]
    [InlineData(new[] { "" }, "ports refused access server others")]
    [InlineData(new[] { "weather" }, "ports refused access server others")]
    [InlineData(new[] { "refused", "ports" }, "ports refused")]
    [InlineData(new[] { "all" }, "ports refused access server others reads")]
    public void Kinds_are_chosen_several_at_a_time_and_none_are_all_but_reads(string[] what, string kinds) =>
        Assert.Equal(kinds, string.Join(' ', ActivityQuery.Of(null, null, what, null, null, null).Kinds));

    [Fact]
    public void An_address_asks_for_the_same_again()
    {
        var query = ActivityQuery.Of("alice", " web-1 ", ["ports", "refused"], "7d", "2026-11-26T14:00:00Z", "2026-11-26T15:00:00Z");

        Assert.Equal("activity?who=alice&instance=web-1&what=ports&what=refused&since=7d&from=2026-11-26T14%3A00%3A00Z&to=2026-11-26T15%3A00%3A00Z&after=x", query.Address("activity", "x"));
        Assert.Equal("activity", ActivityQuery.Of(null, null, null, null, null, null).Address("activity"));
    }

    [Fact]
    public void A_part_of_the_time_narrows_the_list_and_not_what_is_counted()
    {
        var query = ActivityQuery.Of(null, null, ["ports"], "24h", "2026-11-26T14:00:00Z", "2026-11-26T15:00:00Z");

        var (listed, counted) = (query.Request(null, Now), query.ToCount(query.SpanAt(Now)));

        Assert.Equal((new DateTimeOffset(2026, 11, 26, 14, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 26, 14, 59, 59, 999, TimeSpan.Zero)), (listed.StartTime, listed.EndTime));
        Assert.Equal([ActivityKinds.Ports], listed.Kinds!);
        Assert.Equal((new DateTimeOffset(2026, 11, 25, 18, 0, 0, TimeSpan.Zero), 900, null), (counted.StartTime, counted.StepSeconds, counted.Kinds));
        Assert.Equal(Now - TimeSpan.FromDays(7), (query with { Since = "7d", From = null, To = null }).Request(null, Now).StartTime);
        Assert.Null(ActivityQuery.Of(null, null, ["all"], null, null, null).Request(null, Now).Kinds);
    }
}
