using Portlight.Cli.Explain;
using Portlight.Cli.Ports;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Tests.Explain;

/// <summary>Which reason lets a packet in.</summary>
public class ExplanationTests
{
    private static readonly InstanceStatus Web = Lab("web-1", "172.26.0.4") with
    {
        PortStates = [Open(22, 22, "192.0.2.0/24"), Open(8000, 8100, "0.0.0.0/0"), Open(25, 25) with { CidrListAliases = ["lightsail-connect"] }],
    };

    private static readonly GetStatusResponse Status = new()
    {
        Server = new ServerStatus
        {
            Version = "1",
            StartedAt = DateTimeOffset.UnixEpoch,
            Enforce = "kernel",
            Connections = "cut",
            Revision = 1,
            SourceAliases = [new SourceAlias { Name = "lightsail-connect", Cidrs = ["203.0.113.0/24"] }],
            ControlPlanePorts = [8580],
        },
        Instances = [Web, Lab("db", "172.26.0.5"), Lab("far", "172.26.0.6") with { RegionName = "eu-west-1" }],
    };

    [Theory]
    [InlineData("192.0.2.9", "22", true, "the rule 22/tcp from 192.0.2.0/24 lets it in")]
    [InlineData("198.51.100.7", "22", false, "no rule lets it in; open on web-1: 22/tcp from 192.0.2.0/24; 8000-8100/tcp from 0.0.0.0/0; 25/tcp from lightsail-connect")]
    [InlineData("198.51.100.7", "8050", true, "the rule 8000-8100/tcp from 0.0.0.0/0 lets it in")]
    [InlineData("198.51.100.7", "8050/udp", false, "no rule lets it in")]
    [InlineData("2001:db8::7", "8050", false, "no rule lets it in")]
    [InlineData("203.0.113.9", "25", true, "the rule 25/tcp from lightsail-connect lets it in")]
    [InlineData("172.26.0.5", "5432", true, "172.26.0.5 is the private address of db")]
    [InlineData("172.26.0.6", "5432", false, "no rule lets it in")]
    [InlineData("fe80::1", "icmpv6:135:0", true, "it is neighbour discovery")]
    [InlineData("198.51.100.7", "icmp:8", false, "no rule lets it in")]
    public void A_lab_instance(string from, string packet, bool isLetIn, string why) => Check(Web, from, packet, isLetIn, why);

    [Theory]
    [InlineData("10.7.7.7", "22", true, "10.0.0.0/8 is a private network of web-1")]
    [InlineData("198.51.100.7", "8580", true, "the server itself listens on 8580/tcp")]
    [InlineData("198.51.100.7", "8580/udp", false, "no rule lets it in")]
    [InlineData("127.0.0.1", "5432", true, "over loopback")]
    [InlineData("172.26.0.5", "5432", false, "no rule lets it in")]
    public void This_machine(string from, string packet, bool isLetIn, string why) =>
        Check(Web with { Attachment = new Attachment { Kind = "host", PrivateCidrs = ["10.0.0.0/8"] } }, from, packet, isLetIn, why);

    [Fact]
    public void Where_nothing_is_filtered_everything_comes_in_and_that_is_said()
    {
        var answer = Ask(Web with { NotFiltered = "ports are only recorded", AppliedRevision = null }, "198.51.100.7", "22");
        Assert.True(answer.IsLetIn);
        Assert.Equal("no packet of web-1 is filtered: ports are only recorded", answer.Reasons[0]);
        Assert.Contains("if it were filtered: no rule lets it in", answer.Reasons[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_kernel_does_not_have_yet_is_said() =>
        Assert.Equal("that is what is stored, and the kernel has revision 3 of it yet: refused", Ask(Web with { AppliedRevision = 3, LastError = "refused" }, "192.0.2.9", "22").Reasons[^1]);

    [Fact]
    public void What_the_kernels_sets_say_has_the_last_word()
    {
        var (open, closed) = (Ask(Web, "192.0.2.9", "22"), Ask(Web, "192.0.2.9", "23"));
        var (lets, drops) = (new GetPacketVerdictResponse { IsFiltered = true, Sets = ["open_ports"] }, new GetPacketVerdictResponse { IsFiltered = true });

        Assert.Equal((true, "the kernel's sets say the same (open_ports)"), Last(open.With(lets)));
        Assert.Equal((false, "the kernel's sets say the same"), Last(closed.With(drops)));
        Assert.Equal((false, "the kernel's sets say otherwise: none lets it in"), Last(open.With(drops)));
        Assert.Equal((true, "the kernel's sets say otherwise: open_ports let it in"), Last(closed.With(lets)));
        Assert.Equal((true, "the kernel does not filter it: `portlight doctor` tells what is wrong"), Last(closed.With(new() { IsFiltered = false })));
        Assert.Equal((false, "the kernel's sets could not be read, so this is what is stored: operation not permitted"), Last(closed.With(new() { Problem = "operation not permitted" })));
    }

    [Theory]
    [InlineData("172.26.0.5", "5432", false)]
    [InlineData("fe80::1", "icmpv6:135:0", false)]
    [InlineData("192.0.2.9", "22", true)]
    public void The_kernels_sets_are_asked_where_they_decide(string from, string packet, bool decide) => Assert.Equal(decide, Ask(Web, from, packet).IsDecidedBySets);

    [Theory]
    [InlineData("10.1", "22")]
    [InlineData("192.0.2.0/24", "22")]
    [InlineData("192.0.2.1", "22-23")]
    [InlineData("192.0.2.1", "icmpv6:135")]
    [InlineData("2001:db8::1", "ping")]
    public void What_is_not_one_packet_is_refused(string from, string packet) => Assert.Throws<UsageException>(() => Ask(Web, from, packet));

    private static (bool IsLetIn, string Reason) Last(Explanation answer) => (answer.IsLetIn, answer.Reasons[^1]);

    private static void Check(InstanceStatus instance, string from, string packet, bool isLetIn, string why)
    {
        var answer = Ask(instance, from, packet);
        Assert.Equal(isLetIn, answer.IsLetIn);
        Assert.Contains(why, string.Join('\n', answer.Reasons), StringComparison.Ordinal);
    }

    private static Explanation Ask(InstanceStatus instance, string from, string packet) =>
        Explanation.Of(PacketQuestion.Of(from, PortText.SetOf(PortReader.Read([packet])).Rules[0].Key), instance, Status);

    private static InstanceStatus Lab(string name, string address) => new()
    {
        Name = name,
        RegionName = "us-east-1",
        AccountId = "111122223333",
        State = "running",
        Attachment = new Attachment { Kind = "lab" },
        PrivateIpAddress = address,
        DesiredRevision = 5,
        AppliedRevision = 5,
    };

    private static InstancePortState Open(int from, int to, params string[] sources) => new() { FromPort = from, ToPort = to, Protocol = "tcp", State = "open", Cidrs = sources };
}
