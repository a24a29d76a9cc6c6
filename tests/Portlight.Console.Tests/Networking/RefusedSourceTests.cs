using Portlight.Console.Networking;
using Portlight.Console.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Networking;

public sealed class RefusedSourceTests
{
    [Theory]
    [InlineData("tcp", 5432, 5432, "192.0.2.7", "tcp 5432", "tcp 5432 5432")]
    [InlineData("icmp", 8, 0, "192.0.2.7", "icmp echo", "icmp 8 -1")]
    [InlineData("icmpv6", 128, 0, "2001:db8::7", "icmpv6 type 128", "icmpv6 128 -1")]
    [InlineData("47", null, null, "192.0.2.7", "protocol 47", null)]
    public void What_was_refused_is_the_rule_that_would_let_it_in(string protocol, int? from, int? to, string source, string wanted, string? rule)
    {
        var refusal = Refused(protocol, from, to, source);

        Assert.Equal(wanted, RefusedSource.Wanted(refusal));
        var made = RefusedSource.Rule(refusal);
        Assert.Equal(rule, made is null ? null : $"{made.Protocol} {made.FromPort} {made.ToPort}");
        Assert.Equal(rule is null ? null : [source], made?.Sources);
    }

    [Theory]
    [InlineData("tcp", 5432, 5432, "192.0.2.7/32", true)]
    [InlineData("tcp", 5000, 6000, "0.0.0.0/0", true)]
    [InlineData("all", 0, 65535, "192.0.2.7", true)]
    [InlineData("udp", 5432, 5432, "192.0.2.7/32", false)]
    [InlineData("tcp", 5433, 5433, "192.0.2.7/32", false)]
    [InlineData("tcp", 5432, 5432, "::/0", false)]
    [InlineData("tcp", 5432, 5432, "192.0.2.70/32", false)]
    [InlineData("tcp", 5432, 5432, "192.0.2.0/24", true)]
    [InlineData("tcp", 5432, 5432, "192.0.2.0/29", true)]
    [InlineData("tcp", 5432, 5432, "192.0.2.8/29", false)]
    [InlineData("tcp", 5432, 5432, "192.0.2", false)]
    [InlineData("tcp", 5432, 5432, "192.000.2.7", false)]
    public void It_is_let_in_where_a_rule_has_a_block_that_holds_it(string protocol, int from, int to, string source, bool isLetIn)
    {
        var wanted = RefusedSource.Rule(Refused("tcp", 5432, 5432, "192.0.2.7"))!;

        Assert.Equal(isLetIn, RefusedSource.IsLetIn([new PortRule(protocol, from, to, [source])], wanted));
    }

    private static Refusal Refused(string protocol, int? from, int? to, string source) =>
        new() { SourceAddress = source, Protocol = protocol, FromPort = from, ToPort = to, Packets = 1, Bytes = 40, FirstAt = DateTimeOffset.UnixEpoch, LastAt = DateTimeOffset.UnixEpoch };
}
