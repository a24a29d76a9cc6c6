using Portlight.Cli.Verbs;

namespace Portlight.Cli.Tests.Verbs;

/// <summary>A day of ports as text.</summary>
public sealed class DayOfPortsTests
{
    [Fact]
    public void An_hour_is_a_letter_and_one_that_nobody_counted_is_a_dot_and_not_the_lowest_bar()
    {
        long?[] steps = [.. Enumerable.Repeat((long?)null, 80), 0, 0, 0, 0, null, 1, null, null, 25, 25, 25, 25, 0, 50, 0, 0];

        Assert.Equal("····················▁▂█▅", DayOfPorts.Curve(steps));
        Assert.Equal("▂", DayOfPorts.Curve([1, 0, 0, 0]));
        Assert.Equal("·", DayOfPorts.Curve([null, null, null, null]));
    }

    [Theory]
    [InlineData("30d", 30)]
    [InlineData("1", 1)]
    [InlineData("365d", 365)]
    public void Days_are_a_number_with_or_without_its_unit(string text, int days) => Assert.Equal(days, UnusedPorts.Days(text));

    [Theory]
    [InlineData("0")]
    [InlineData("366d")]
    [InlineData("d")]
    [InlineData("2w")]
    [InlineData("-1d")]
    public void What_is_no_number_of_days_is_refused_with_how_to_write_it(string text) =>
        Assert.Contains("write 30d", Assert.Throws<UsageException>(() => UnusedPorts.Days(text)).Message, StringComparison.Ordinal);
}
