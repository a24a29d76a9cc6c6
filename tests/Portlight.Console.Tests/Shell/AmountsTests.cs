using Portlight.Console.Shell;

namespace Portlight.Console.Tests.Shell;

public sealed class AmountsTests
{
    [Theory]
    [InlineData(0, "0", "0 B")]
    [InlineData(999, "999", "999 B")]
    [InlineData(1_000, "1.0 k", "1.0 kB")]
    [InlineData(9_960, "10 k", "10 kB")]
    [InlineData(84_300, "84 k", "84 kB")]
    [InlineData(999_600, "1.0 M", "1.0 MB")]
    [InlineData(long.MaxValue, "9.2 E", "9.2 EB")]
    public void An_amount_has_two_or_three_digits_and_its_thousands(long count, string amount, string bytes) =>
        Assert.Equal((amount, bytes), (Amounts.Short(count), Amounts.Bytes(count)));
}
