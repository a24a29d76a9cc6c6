using System.Globalization;
using CsCheck;
using Portlight.Wire.SigV4;

namespace Portlight.Wire.Tests.SigV4;

/// <summary>Times of signatures are read as .NET reads their pattern, and what is none is refused.</summary>
public class TimeTests
{
    private const string Pattern = "yyyyMMdd'T'HHmmss'Z'";

    [Fact]
    public void A_time_that_is_written_is_read_as_it_was() => Gen.DateTimeOffset.Sample(time =>
    {
        var whole = new DateTimeOffset(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        return SigV4Time.TryParse(SigV4Time.Format(whole), out var read) && read == whole && read.Offset == TimeSpan.Zero;
    });

    [Fact]
    public void A_text_that_is_nearly_a_time_is_read_as_dotnet_reads_the_pattern() =>
        Gen.Select(Gen.Int[0, 10_000], Gen.Int[0, 14], Gen.Int[0, 33], Gen.Int[0, 26], Gen.Int[0, 62], Gen.Int[0, 62], Gen.Int[-1, 16], Gen.Char["0123456789TZtz:- +.٣"])
            .Sample((year, month, day, hour, minute, second, place, other) =>
            {
                var text = string.Create(CultureInfo.InvariantCulture, $"{year:D4}{month:D2}{day:D2}T{hour:D2}{minute:D2}{second:D2}Z");
                text = place < 0 || place >= text.Length ? text : text[..place] + other + text[(place + 1)..];
                var expected = DateTimeOffset.TryParseExact(text, Pattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var wanted);
                return SigV4Time.TryParse(text, out var read) == expected && (!expected || read == wanted);
            });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("20230229T000000Z")]
    [InlineData("20150830T123600")]
    [InlineData(" 20150830T123600Z")]
    [InlineData("20150830T123600Z ")]
    [InlineData("20150830T240000Z")]
    [InlineData("20150830T235960Z")]
    public void What_is_no_time_is_refused(string? text) => Assert.False(SigV4Time.TryParse(text, out _));
}
