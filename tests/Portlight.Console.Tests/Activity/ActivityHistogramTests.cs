using Portlight.Console.Activity;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Activity;

public sealed class ActivityHistogramTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 18, 40, 12, TimeSpan.Zero);
    private static readonly ActivitySpan Hour = ActivitySpan.Of(TimeSpan.FromHours(1), Now), Day = ActivitySpan.Of(TimeSpan.FromHours(24), Now);

    [Theory]
    [InlineData(1, "2026-11-26T17:40:00Z", 60, 5, 61)]
    [InlineData(24, "2026-11-25T18:00:00Z", 900, 4, 99)]
    [InlineData(168, "2026-11-19T18:00:00Z", 3600, 6, 169)]
    [InlineData(720, "2026-10-27T00:00:00Z", 21600, 4, 124)]
    public void A_time_is_about_a_hundred_steps_and_its_rows_have_the_times_of_a_clock(int hours, string begin, int stepSeconds, int stepsOfRow, int steps)
    {
        var span = ActivitySpan.Of(TimeSpan.FromHours(hours), Now);

        Assert.Equal((begin, stepSeconds, stepsOfRow, steps), (ActivityQuery.Time(span.Begin), span.StepSeconds, span.StepsOfRow, span.Steps));
        Assert.InRange(span.End, Now, Now + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Pages_are_added_up_and_what_is_not_counted_yet_has_no_line_under_it()
    {
        var histogram = new ActivityHistogram(Day);

        histogram.Add(Page(Now - TimeSpan.FromHours(2), (ActivityKinds.Ports, 98, 3)));
        Assert.False(histogram.IsWhole);
        Assert.Equal("M910 55H990v1H910z", histogram.Base);
        Assert.Equal([false, true], new[] { histogram.Rows[22].IsKnown, histogram.Rows[23].IsKnown });

        histogram.Add(Page(Day.Begin, (ActivityKinds.Ports, 98, 1), (ActivityKinds.Refused, 0, 7)));

        Assert.True(histogram.IsWhole);
        Assert.Equal("M0 55H990v1H0z", histogram.Base);
        Assert.Equal((4, 7, 0), (histogram.Events(ActivityKinds.Ports), histogram.Events(ActivityKinds.Refused), histogram.Events(ActivityKinds.Reads)));
    }

    [Fact]
    public void What_is_seen_said_and_in_the_table_is_the_same()
    {
        var histogram = new ActivityHistogram(Hour);
        histogram.Add(Page(Hour.Begin, (ActivityKinds.Ports, 0, 1), (ActivityKinds.Ports, 60, 10), (ActivityKinds.Refused, 60, 2), (ActivityKinds.Reads, 30, 900)));
        string[] kinds = [ActivityKinds.Ports, ActivityKinds.Refused];

        var (done, refused) = histogram.Bars(kinds);

        Assert.Equal("M0 56v-4h8v4zM600 56v-43h8v43z", done);
        Assert.Equal("M600 12v-8h8v8z", refused);
        Assert.Equal("13 events of the kinds that are chosen, most from 26 Nov 18:40 to 18:45; 2 refused, most from 26 Nov 18:40 to 18:45", histogram.Words(kinds));
        Assert.Equal(("26 Nov 17:40 to 17:45", 1, 0), (histogram.Rows[0].Words, histogram.Rows[0].Of(ActivityKinds.Ports), histogram.Rows[0].Of(ActivityKinds.Refused)));
        Assert.Equal((10, 2), (histogram.Rows[^1].Of(ActivityKinds.Ports), histogram.Rows[^1].Of(ActivityKinds.Refused)));
        Assert.Equal("0 events of the kinds that are chosen", histogram.Words([ActivityKinds.Server]));
    }

    [Fact]
    public void What_was_at_all_is_seen_beside_very_much()
    {
        var histogram = new ActivityHistogram(Hour);
        histogram.Add(Page(Hour.Begin, (ActivityKinds.Others, 3, 1_000_000), (ActivityKinds.Others, 4, 1)));

        Assert.Equal("M30 56v-52h8v52zM40 56v-2h8v2z", histogram.Bars([ActivityKinds.Others]).Done);
    }

    private static CountActivityResponse Page(DateTimeOffset since, params (string Kind, int Step, long Events)[] counts) => new()
    {
        Begin = default,
        StepSeconds = 0,
        CountedSince = since,
        Counts =
        [
            .. counts.GroupBy(count => count.Kind).Select(kind => new ActivityCount
            {
                Kind = kind.Key,
                Steps = [.. Enumerable.Range(0, 99).Select(step => kind.Where(count => count.Step == step).Sum(count => count.Events))],
            }),
        ],
    };
}
