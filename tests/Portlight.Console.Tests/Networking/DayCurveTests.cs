using Bunit;
using Portlight.Console.Networking;

namespace Portlight.Console.Tests.Networking;

public sealed class DayCurveTests : BunitContext
{
    private static readonly DateTimeOffset Begin = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_is_seen_and_what_is_said_are_the_same()
    {
        // Nobody counted for ten hours; then half hours of 0, 5, 40 and 20, and none after.
        var curve = Of([.. Enumerable.Repeat((long?)null, 40), 0, 0, 5, 0, 20, 20, null, 20]);

        Assert.Equal("In the last 24 hours 65 packets let in, most from 23:00 to 23:30 UTC; not counted before 22:00 UTC", curve.Words("let in"));
        // A line where it was counted, and a bar where there were packets: the highest is as high as the picture allows.
        Assert.Equal("M40 21h2v1h-2zM42 21h2v1h-2zM44 21h2v1h-2zM46 21h2v1h-2z", curve.Base);
        Assert.Equal("M42 22v-2h1.5V22zM44 22v-20h1.5V22zM46 22v-10h1.5V22z", curve.Bars);
        var svg = Render<Spark>(parameters => parameters.Add(spark => spark.Curve, curve)).Find("svg");
        Assert.Equal(("img", curve.Words("let in")), (svg.GetAttribute("role"), svg.GetAttribute("aria-label")));
    }

    [Fact]
    public void A_day_that_nobody_counted_is_no_day_without_packets()
    {
        Assert.Equal("Not counted in the last 24 hours", Of([]).Words("let in"));
        Assert.Equal(("", "", null), (Of([]).Base, Of([]).Bars, Of([]).Packets));
        var quiet = Of([.. Enumerable.Repeat((long?)0, 96)]);
        Assert.Equal("In the last 24 hours 0 packets refused", quiet.Words("refused"));
        Assert.Equal(("", 0), (quiet.Bars, quiet.Packets));
        Assert.Equal("In the last 24 hours 1 packet refused, most from 12:00 to 12:30 UTC; not counted all the time", Of([1, .. Enumerable.Repeat((long?)0, 90), null, null, null, 0, 0]).Words("refused"));
    }

    [Fact]
    public void The_table_has_each_hour_and_says_where_nobody_counted()
    {
        var day = new Portlight.Wire.PortlightApi.GetPortTrafficResponse
        {
            Begin = Begin,
            StepSeconds = 900,
            Refused = [.. Enumerable.Repeat((long?)null, 92), 1, 2, null, 4],
            Rules = [new() { PortState = new() { Protocol = "tcp", FromPort = 22, ToPort = 22, State = "open", Cidrs = ["0.0.0.0/0"], Ipv6Cidrs = [], CidrListAliases = [] }, Packets = [.. Enumerable.Repeat((long?)0, 96)] }],
        };

        var rows = Render<DayTable>(parameters => parameters.Add(table => table.Day, day)).FindAll("tr");

        Assert.Equal(25, rows.Count);
        Assert.Equal(["From (UTC)", "Refused", "22"], rows[0].Children.Select(cell => cell.TextContent));
        Assert.Equal(["12:00", "not counted", "0"], rows[1].Children.Select(cell => cell.TextContent));
        Assert.Equal(["11:00", "7", "0"], rows[24].Children.Select(cell => cell.TextContent));
    }

    private static DayCurve Of(long?[] steps) => new(Begin, 900, [.. steps, .. Enumerable.Repeat((long?)null, 96 - steps.Length)]);
}
