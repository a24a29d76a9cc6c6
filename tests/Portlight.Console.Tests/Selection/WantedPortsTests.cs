using Portlight.Console.Ports;
using Portlight.Console.Selection;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Selection;

public sealed class WantedPortsTests
{
    private const string All4 = PortRule.Everyone4, All6 = PortRule.Everyone6, Office = "203.0.113.0/24", Mine = "198.51.100.7/32";

    private static readonly PortRule Ssh = new("tcp", 22, 22, [All4, All6]), Web = new("tcp", 443, 443, [All4]), Mail = new("tcp", 25, 25, [All4]), Some = new("tcp", 20, 30, [Mine, All4]), Sql = new("tcp", 3306, 3306, [Mine]);

    [Fact]
    public void Opening_lets_in_beside_what_is_let_in()
    {
        var open = new WantedPorts.Open(new PortRule("tcp", 3306, 3306, [Office]));

        Assert.Equal("tcp 22 0.0.0.0/0 ::/0, tcp 3306 198.51.100.7/32 203.0.113.0/24", Text(open.Of([Ssh, Sql], [])));
        Assert.Equal("tcp 3306 203.0.113.0/24", Text(open.Of([], [])));
    }

    [Fact]
    public void Closing_takes_out_the_rule_of_exactly_these_ports_and_says_by_what_they_are_open_else()
    {
        var close = new WantedPorts.Close(new PortRule("tcp", 22, 22, []));

        Assert.Equal("tcp 443 0.0.0.0/0", Text(close.Of([Ssh, Web], [])));
        Assert.Equal("tcp 20–30 198.51.100.7/32 0.0.0.0/0", Text(close.Of([Some], [])));
        Assert.Equal("No rule of it is for tcp 22 alone: it is open by tcp 20–30.", close.WhyNothing([Some], []));
        Assert.Equal("It is closed already.", close.WhyNothing([Web], []));
    }

    [Fact]
    public void Narrowing_a_port_puts_sources_in_the_place_of_everyone_in_each_rule_that_opens_it()
    {
        var narrow = new WantedPorts.Narrow(new PortRule("tcp", 22, 22, []), [Office]);

        Assert.Equal("tcp 22 203.0.113.0/24, tcp 20–30 198.51.100.7/32 203.0.113.0/24, tcp 443 0.0.0.0/0", Text(narrow.Of([Ssh, Some, Web], [])));
        Assert.Equal("tcp 3306 198.51.100.7/32", Text(narrow.Of([Sql], [])));
    }

    [Fact]
    public void Narrowing_all_leaves_what_is_meant_to_be_open_to_everyone()
    {
        var narrow = new WantedPorts.Narrow(null, [Office]);

        Assert.Equal("tcp 22 203.0.113.0/24, tcp 443 0.0.0.0/0, tcp 25 203.0.113.0/24", Text(narrow.Of([Ssh, Web, Mail], [])));
        Assert.Equal("tcp 25 0.0.0.0/0", Text(narrow.Of([Mail], [25])));
    }

    [Fact]
    public void A_template_is_added_or_becomes_all_there_is()
    {
        PortRule[] rules = [Web, new("tcp", 22, 22, [Office])];

        Assert.Equal("tcp 22 0.0.0.0/0 ::/0 203.0.113.0/24, tcp 3306 198.51.100.7/32, tcp 443 0.0.0.0/0", Text(new WantedPorts.Template("web", rules, IsAlone: false).Of([Ssh, Sql], [])));
        Assert.Equal("tcp 22 203.0.113.0/24, tcp 443 0.0.0.0/0", Text(new WantedPorts.Template("web", rules, IsAlone: true).Of([Ssh, Sql], [])));
    }

    [Fact]
    public void What_is_open_for_a_time_alone_is_not_called_open_already()
    {
        var stand = new PortRule("tcp", 22, 22, [Office, Mine]);
        ExpiringPort[] expiring =
        [
            new() { PortState = new() { Protocol = "tcp", FromPort = 22, ToPort = 22, State = "open", Cidrs = [Mine], Ipv6Cidrs = [], CidrListAliases = [] }, ExpiresAt = new(2026, 11, 26, 18, 4, 0, TimeSpan.Zero), OpenedBy = "arn:aws:iam::111122223333:root" },
        ];
        const string closes = "tcp 22 is open to 198.51.100.7 for a time alone, and closes at 26 Nov 18:04 UTC: change on its own page when it expires.";

        Assert.Equal(closes, new WantedPorts.Open(new PortRule("tcp", 22, 22, [Mine])).WhyNothing([stand], expiring));
        Assert.Equal(closes, new WantedPorts.Template("ssh", [stand], IsAlone: true).WhyNothing([stand], expiring));
        Assert.Equal("It is open so already.", new WantedPorts.Open(new PortRule("tcp", 22, 22, [Office])).WhyNothing([stand], expiring));
        Assert.Equal("It is open so already.", new WantedPorts.Open(new PortRule("tcp", 23, 23, [Mine])).WhyNothing([stand], expiring));
    }

    private static string Text(IEnumerable<PortRule> rules) => string.Join(", ", rules.Select(rule => $"{rule.Protocol} {rule.Range} {string.Join(' ', rule.Sources)}"));

    [Theory]
    [InlineData(null, "25")]
    [InlineData("", "25")]
    [InlineData("587", "25+587")]
    [InlineData("25,587", "25+587")]
    public void A_port_that_is_meant_is_added_to_those_that_are(string? before, string after) => Assert.Equal(after, new MeantPort(25).After(before));
}
