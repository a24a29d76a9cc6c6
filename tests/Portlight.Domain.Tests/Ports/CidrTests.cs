using System.Net;
using System.Net.Sockets;

namespace Portlight.Domain.Tests.Ports;

public sealed class CidrTests
{
    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.0/24")]
    [InlineData("192.0.2.44", "192.0.2.44/32")]
    [InlineData("192.0.2.5/24", "192.0.2.0/24")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("255.255.255.255/0", "0.0.0.0/0")]
    [InlineData("255.255.255.255", "255.255.255.255/32")]
    [InlineData("128.0.0.0/1", "128.0.0.0/1")]
    public void Reads_ipv4_and_masks_host_bits(string text, string canonical)
    {
        Assert.True(Cidr.TryParse(text, AddressFamily.InterNetwork, out var cidr, out var problem), problem);
        Assert.Equal(canonical, cidr.ToString());
    }

    [Theory]
    [InlineData("::", "::/128")]
    [InlineData("::/0", "::/0")]
    [InlineData("2001:DB8::1", "2001:db8::1/128")]
    [InlineData("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1/128")]
    [InlineData("2001:db8::ffff/32", "2001:db8::/32")]
    [InlineData("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0/128")]
    [InlineData("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8/128")]
    [InlineData("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1/128")]
    [InlineData("64:ff9b::192.0.2.33", "64:ff9b::c000:221/128")]
    [InlineData("1:2:3:4:5:6:192.0.2.33", "1:2:3:4:5:6:c000:221/128")]
    [InlineData("::192.0.2.33", "::c000:221/128")]
    [InlineData("::fffe:0:0/96", "::fffe:0:0/96")]
    public void Reads_ipv6_and_writes_it_as_rfc_5952_has_it(string text, string canonical)
    {
        Assert.True(Cidr.TryParse(text, AddressFamily.InterNetworkV6, out var cidr, out var problem), problem);
        Assert.Equal(canonical, cidr.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("010.0.0.1")]
    [InlineData("10.0.0.01")]
    [InlineData("00.0.0.0")]
    [InlineData("0x0a.0.0.1")]
    [InlineData("10.1")]
    [InlineData("10.0.1")]
    [InlineData("167772161")]
    [InlineData("10.0.0.0.1")]
    [InlineData("10.0.0.256")]
    [InlineData("10.0.0.1000")]
    [InlineData("10.0.0.99999999999999999999")]
    [InlineData("10.0.0.")]
    [InlineData(".10.0.0")]
    [InlineData("10..0.1")]
    [InlineData("-1.0.0.1")]
    [InlineData("+1.0.0.1")]
    [InlineData(" 10.0.0.1")]
    [InlineData("10.0.0.1 ")]
    [InlineData("10.0.0.1\n")]
    [InlineData("10.0.0.1\0")]
    [InlineData("10.0. 0.1")]
    [InlineData("１０.0.0.1")]
    [InlineData("١٠.0.0.1")]
    [InlineData("10.0.0.1/")]
    [InlineData("10.0.0.1/33")]
    [InlineData("10.0.0.1/-1")]
    [InlineData("10.0.0.1/+8")]
    [InlineData("10.0.0.1/08")]
    [InlineData("10.0.0.1/00")]
    [InlineData("10.0.0.1/ 8")]
    [InlineData("10.0.0.1/8 ")]
    [InlineData("10.0.0.1/8\0")]
    [InlineData("10.0.0.1/2٤")]
    [InlineData("10.0.0.1/24/24")]
    [InlineData("10.0.0.1/4294967304")]
    [InlineData("10.0.0.1/255.0.0.0")]
    [InlineData("10.0.0.0-10.0.0.9")]
    [InlineData("example.com")]
    [InlineData("localhost")]
    [InlineData("[10.0.0.1]")]
    [InlineData("::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("/24")]
    [InlineData("/")]
    public void Refuses_what_is_not_ipv4_to_the_letter(string text)
    {
        Assert.False(Cidr.TryParse(text, AddressFamily.InterNetwork, out var cidr, out var problem));
        Assert.NotNull(problem);
        Assert.Equal(default, cidr);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData(":::")]
    [InlineData("1")]
    [InlineData("1:2:3:4:5:6:7")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1:2:3:4::5:6:7:8")]
    [InlineData("1::2::3")]
    [InlineData(":1:2:3:4:5:6:7")]
    [InlineData("1:2:3:4:5:6:7:")]
    [InlineData("12345::")]
    [InlineData("g::")]
    [InlineData("2001:db8\0::")]
    [InlineData("::1\0")]
    [InlineData("+1::")]
    [InlineData(" ::1")]
    [InlineData("::1 ")]
    [InlineData("[::1]")]
    [InlineData("[::1]/128")]
    [InlineData("fe80::1%eth0")]
    [InlineData("fe80::1%1/64")]
    [InlineData("::ffff:192.0.2.1")]
    [InlineData("::ffff:c000:201")]
    [InlineData("::ffff:0:0/96")]
    [InlineData("0:0:0:0:0:ffff:192.0.2.1")]
    [InlineData("::192.0.2.033")]
    [InlineData("::192.0.2")]
    [InlineData("192.0.2.1::")]
    [InlineData("1:2:3:4:5:6:7:192.0.2.1")]
    [InlineData("::192.0.2.1:1")]
    [InlineData("::１")]
    [InlineData("::1/129")]
    [InlineData("::1/0064")]
    [InlineData("::1/-0")]
    [InlineData("::1/")]
    [InlineData("::1/64/64")]
    [InlineData("192.0.2.1")]
    [InlineData("0.0.0.0/0")]
    public void Refuses_what_is_not_ipv6_to_the_letter(string text)
    {
        Assert.False(Cidr.TryParse(text, AddressFamily.InterNetworkV6, out _, out var problem));
        Assert.NotNull(problem);
    }

    [Fact]
    public void Says_what_is_wrong_and_where_it_belongs()
    {
        Assert.Equal("is an IPv6 address where IPv4 is wanted", ProblemOf("2001:db8::/32", AddressFamily.InterNetwork));
        Assert.Equal("is an IPv4 address where IPv6 is wanted", ProblemOf("10.0.0.0/8", AddressFamily.InterNetworkV6));
        Assert.Equal("is an IPv4-mapped IPv6 address; name the IPv4 address in `cidrs`", ProblemOf("::ffff:10.0.0.1", AddressFamily.InterNetworkV6));
        Assert.Equal("is not an IPv4 address of four numbers from 0 to 255 without leading zeros", ProblemOf("a:b", AddressFamily.InterNetwork));
        Assert.Equal("has a prefix length that is not a number from 0 to 32", ProblemOf("10.0.0.0/33", AddressFamily.InterNetwork));
        Assert.Equal("is empty", ProblemOf(null, AddressFamily.InterNetwork));
    }

    [Theory]
    [InlineData("192.0.2.1", true)]
    [InlineData("2001:db8::1", true)]
    [InlineData("192.0.2.1/32", false)]
    [InlineData("10.1", false)]
    [InlineData("fe80::1%eth0", false)]
    [InlineData("::ffff:192.0.2.1", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void One_address_is_read_as_strictly(string? text, bool good)
    {
        Assert.Equal(good, Cidr.TryParseAddress(text, out var address, out var problem));
        Assert.Equal(good, problem is null);
        Assert.Equal(good ? text : null, address?.ToString());
    }

    [Fact]
    public void A_block_holds_its_first_and_last_address_and_no_neighbour()
    {
        var block = Parse("192.0.2.64/26");
        Assert.True(block.Contains(Parse("192.0.2.64")));
        Assert.True(block.Contains(Parse("192.0.2.127")));
        Assert.False(block.Contains(Parse("192.0.2.63")));
        Assert.False(block.Contains(Parse("192.0.2.128")));
        Assert.False(block.Contains(Parse("192.0.2.0/24")));
        Assert.True(block.Overlaps(Parse("192.0.2.0/24")));
        Assert.False(Cidr.AnyIpv6.Contains(block));
        Assert.False(Cidr.AnyIpv4.Overlaps(Cidr.AnyIpv6));
    }

    [Fact]
    public void A_peer_of_a_dual_stack_socket_is_the_ipv4_address_it_is()
    {
        var peer = new IPAddress([192, 0, 2, 7]).MapToIPv6();
        Assert.Equal("192.0.2.7/32", Cidr.Of(peer).ToString());
        Assert.True(Parse("192.0.2.0/24").Contains(peer));
    }

    private static Cidr Parse(string text)
    {
        Assert.True(Cidr.TryParse(text, AddressFamily.InterNetwork, out var cidr, out var problem), problem);
        return cidr;
    }

    private static string? ProblemOf(string? text, AddressFamily family) => Cidr.TryParse(text, family, out _, out var problem) ? null : problem;
}
