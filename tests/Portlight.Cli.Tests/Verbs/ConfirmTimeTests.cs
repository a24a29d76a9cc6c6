using Portlight.Cli.Verbs;

namespace Portlight.Cli.Tests.Verbs;

public class ConfirmTimeTests
{
    [Theory]
    [InlineData("1s", 1)]
    [InlineData("60s", 60)]
    [InlineData("5m", 300)]
    [InlineData("1h", 3600)]
    [InlineData("2000ms", 2)]
    public void A_time_of_whole_seconds_up_to_an_hour_is_taken(string text, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), ConfirmTime.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("0s")]
    [InlineData("60")]
    [InlineData("1500ms")]
    [InlineData("61m")]
    [InlineData("-5s")]
    [InlineData("1d")]
    public void Any_other_is_refused_with_what_is_allowed(string text) =>
        Assert.Contains("from 1s to 1h", Assert.Throws<UsageException>(() => ConfirmTime.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Without_the_option_nothing_has_to_be_confirmed() => Assert.Null(ConfirmTime.Parse(null));
}
