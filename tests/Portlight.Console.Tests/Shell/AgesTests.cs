using Portlight.Console.Shell;

namespace Portlight.Console.Tests.Shell;

public sealed class AgesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, "just now")]
    [InlineData(59, "59 s ago")]
    [InlineData(119, "1 min ago")]
    [InlineData(7_200, "2 h ago")]
    [InlineData(100_000, "yesterday")]
    [InlineData(864_000, "10 d ago")]
    [InlineData(2_592_000, "27 Oct")]
    [InlineData(31_536_000, "26 Nov 2025")]
    public void The_older_the_coarser(int seconds, string words) => Assert.Equal(words, Ages.Of(Now.AddSeconds(-seconds), Now));

    [Theory]
    [InlineData(7, "7 s")]
    [InlineData(540, "9 min")]
    [InlineData(8_040, "2 h 14 min")]
    [InlineData(532_800, "6 d 4 h")]
    public void The_longer_the_coarser(int seconds, string words) => Assert.Equal(words, Ages.Span(TimeSpan.FromSeconds(seconds)));
}
