using Portlight.Console.Networking;

namespace Portlight.Console.Tests.Networking;

public sealed class PortTrafficTests
{
    [Fact]
    public void Where_nothing_is_counted_it_says_how_that_is_switched_on_and_where_it_cannot_be_told_why()
    {
        Assert.Contains("--count-packets", new PortTraffic(null, null).Missing, StringComparison.Ordinal);
        Assert.Equal("you may not", new PortTraffic(null, "you may not").Missing);
        Assert.Null(new PortTraffic([], null).Missing);
    }
}
