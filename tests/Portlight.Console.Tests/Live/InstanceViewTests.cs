using Portlight.Console.Live;
using Portlight.Console.Ports;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Live;

public sealed class InstanceViewTests
{
    private static readonly InstanceStatus Status = new()
    {
        Name = "web-1",
        RegionName = "us-east-1",
        AccountId = "111122223333",
        State = "running",
        DesiredRevision = 7,
        AppliedRevision = 7,
        Attachment = new Attachment { Kind = "lab" },
    };

    [Fact]
    public void What_the_kernel_has_is_said_by_what_is_known_and_never_better()
    {
        Assert.Equal(SyncState.InKernel, new InstanceView(Status).Sync);
        Assert.Equal(SyncState.Waiting, new InstanceView(Status with { AppliedRevision = 6 }).Sync);
        Assert.Equal(SyncState.Waiting, new InstanceView(Status with { AppliedRevision = null }).Sync);
        Assert.Equal(SyncState.Refused, new InstanceView(Status with { AppliedRevision = 6, LastError = "no" }).Sync);
        Assert.Equal(SyncState.NotFiltered, new InstanceView(Status with { NotFiltered = "the interface is gone" }).Sync);
        Assert.Equal(SyncState.HostAway, new InstanceView(Status with { StaleSince = DateTimeOffset.UnixEpoch }).Sync);
        Assert.Equal(SyncState.Recorded, new InstanceView(Status with { NotFiltered = "only recorded", Attachment = new Attachment { Kind = "recorded" } }).Sync);
    }

    [Theory]
    [InlineData("tcp", 22, "0.0.0.0/0", PortWidth.Everyone)]
    [InlineData("tcp", 22, "::/0", PortWidth.Everyone)]
    [InlineData("tcp", 443, "0.0.0.0/0", PortWidth.Meant)]
    [InlineData("udp", 51820, "::/0", PortWidth.Meant)]
    [InlineData("tcp", 22, "192.0.2.7/32", PortWidth.One)]
    [InlineData("tcp", 22, "2001:db8::7/128", PortWidth.One)]
    [InlineData("tcp", 22, "192.0.2.0/24", PortWidth.Networks)]
    [InlineData("tcp", 22, "192.0.2.7/32 192.0.2.8/32", PortWidth.Networks)]
    public void A_port_is_as_wide_as_its_sources_and_meant_where_a_tag_or_custom_says_so(string protocol, int port, string sources, PortWidth width)
    {
        var instance = new InstanceView(Status with
        {
            Tags = [new Tag { Key = InstanceView.MeantTag, Value = "51820" }],
            PortStates = [new InstancePortState { Protocol = protocol, FromPort = port, ToPort = port, State = "open", Cidrs = [.. sources.Split(' ').Where(source => !source.Contains(':', StringComparison.Ordinal))], Ipv6Cidrs = [.. sources.Split(' ').Where(source => source.Contains(':', StringComparison.Ordinal))] }],
        });

        Assert.Equal(width, Assert.Single(instance.Ports).Width);
        Assert.Equal(port == 22 && width == PortWidth.Everyone, instance.HasOpenManagement);
    }
}
