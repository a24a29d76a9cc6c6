using Portlight.Cli.Verbs;

namespace Portlight.Cli.Tests.Verbs;

/// <summary><c>--from me</c>.</summary>
public class OwnAddressTests
{
    [Theory]
    [InlineData("198.51.100.7 50000 203.0.113.1 22", "198.51.100.7/32")]
    [InlineData("2001:db8::7 50000 2001:db8::1 22", "2001:db8::7/128")]
    public void It_is_where_the_session_comes_from(string connection, string address) => Assert.Equal(["10.0.0.0/8", address, "192.0.2.1"], OwnAddress.In(["10.0.0.0/8,me", "192.0.2.1"], connection)!);

    [Theory]
    [InlineData(null)]
    [InlineData("nonsense")]
    public void Without_a_session_it_is_refused(string? connection) => Assert.Contains("--from me", Assert.Throws<UsageException>(() => OwnAddress.In(["me"], connection)).Message, StringComparison.Ordinal);

    [Fact]
    public void Other_sources_stay_as_they_are()
    {
        Assert.Null(OwnAddress.In(null, null));
        Assert.Equal(["10.0.0.0/8"], OwnAddress.In(["10.0.0.0/8"], null)!);
    }
}
