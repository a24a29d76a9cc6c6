using Portlight.Console.Ports;

namespace Portlight.Console.Tests.Ports;

public sealed class AddressNamesTests
{
    private static readonly AddressNames Names = new([new() { Name = "office", Cidrs = ["203.0.113.0/24", "198.51.100.7/32"], Ipv6Cidrs = ["2001:db8::/32"] }, new() { Name = "old-office", Cidrs = ["203.0.113.0/24"] }]);

    [Fact]
    public void A_name_is_its_addresses_whatever_its_case_and_anything_else_is_itself()
    {
        Assert.Equal(["203.0.113.0/24", "198.51.100.7/32", "2001:db8::/32"], Names.Resolve("OFFICE"));
        Assert.Equal(["192.0.2.1"], Names.Resolve("192.0.2.1"));
        Assert.Equal(["nobody"], Names.Resolve("nobody"));
    }

    [Fact]
    public void An_address_has_the_name_that_means_exactly_it()
    {
        Assert.Equal(("office", "office", "office"), (Names.Of("203.0.113.0/24"), Names.Of("198.51.100.7"), Names.Of("198.51.100.7/32")));
        Assert.Null(Names.Of("203.0.113.9"));
    }
}
