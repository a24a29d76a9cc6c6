using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Portlight.Console.Exposure;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Exposure;

public sealed class UnusedPortsTests : BunitContext
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public UnusedPortsTests() => Services.AddSingleton<TimeProvider>(new FakeTimeProvider(Now));

    [Fact]
    public void Each_rule_has_a_way_to_a_draft_without_it_and_what_is_not_known_is_said()
    {
        var answer = new ListUnusedPortsResponse
        {
            Ports = [One("web-1", 22, Now.AddDays(-9)), One("web-2", 8000, null)],
            Total = 3,
            Used = 1_200,
            CountedTooShortly = 2,
            FirstCountedSince = Now.AddDays(-3),
            NotKnown = 7,
            Unknown = [new() { HostName = "fra-07", Instances = 1, Reason = "what is let in is not counted there" }],
        };

        var list = Render<UnusedPorts>(parameters => parameters.Add(ports => ports.Region, "us-east-1").Add(ports => ports.Answer, answer));

        Assert.Equal(["us-east-1/instances/web-1/networking?close=tcp%2F22%2F22", "us-east-1/instances/web-2/networking?close=tcp%2F8000%2F8000"], list.FindAll("a.btn").Select(link => link.GetAttribute("href")));
        Assert.Equal(["last 9 d ago", "never since 13 Oct"], list.FindAll("li .faint").Select(words => words.TextContent));
        Assert.Contains("and 1 more", list.Find("li.muted").TextContent, StringComparison.Ordinal);
        Assert.Equal(
            "Other rules: 1,200 in use, 2 without a packet that are not counted for so long (the first since 3 d ago), 7 not known (fra-07: what is let in is not counted there).",
            list.Find("footer").TextContent);
    }

    [Fact]
    public void Where_none_is_known_to_be_unused_that_is_said_and_not_that_all_are_used()
    {
        var list = Render<UnusedPorts>(parameters => parameters.Add(ports => ports.Answer, new ListUnusedPortsResponse { Ports = [], Total = 0, Used = 0, CountedTooShortly = 1, FirstCountedSince = Now, NotKnown = 0, Unknown = [] }));

        Assert.Equal("No rule is known to be unused for so long.", list.Find("li").TextContent);
        Assert.Contains("not counted for so long (the first since just now)", list.Find("footer").TextContent, StringComparison.Ordinal);
    }

    private static UnusedPort One(string instance, int port, DateTimeOffset? lastUsedAt) => new()
    {
        InstanceName = instance,
        PortState = new() { Protocol = "tcp", FromPort = port, ToPort = port, State = "open", Cidrs = ["0.0.0.0/0"], Ipv6Cidrs = [], CidrListAliases = [] },
        CountedSince = Now.AddDays(-40),
        LastUsedAt = lastUsedAt,
    };
}
