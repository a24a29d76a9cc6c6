using Portlight.Console.Ports;

namespace Portlight.Console.Tests.Ports;

public sealed class AddressBlockTests
{
    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.255", true)]
    [InlineData("192.0.2.0/24", "192.0.3.0", false)]
    [InlineData("192.0.2.128/25", "192.0.2.128/26", true)]
    [InlineData("192.0.2.128/26", "192.0.2.128/25", false)]
    [InlineData("0.0.0.0/0", "198.51.100.7", true)]
    [InlineData("0.0.0.0/0", "::1", false)]
    [InlineData("::/0", "2001:db8::7", true)]
    [InlineData("2001:db8::/33", "2001:db8:7fff::1", true)]
    [InlineData("2001:db8::/33", "2001:db8:8000::1", false)]
    [InlineData("2001:db8::7", "2001:db8::7/128", true)]
    public void A_block_holds_what_lies_in_it(string wide, string narrow, bool holds)
    {
        Assert.True(AddressBlock.TryRead(wide, out var one));
        Assert.True(AddressBlock.TryRead(narrow, out var other));
        Assert.Equal(holds, one.Holds(other));
    }

    [Theory]
    [InlineData("")]
    [InlineData("office")]
    [InlineData("192.0.2")]
    [InlineData("010.0.0.1")]
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2.0/-1")]
    [InlineData("192.0.2.0/24/7")]
    [InlineData("2001:DB8::7")]
    [InlineData("2001:0db8::7")]
    public void What_the_server_would_not_write_so_is_no_block(string text) => Assert.False(AddressBlock.TryRead(text, out _));
}
