using Portlight.Console.Exposure;
using Portlight.Console.Ports;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Exposure;

public sealed class ExposureMatrixTests
{
    private static readonly GetExposureResponse Answer = new()
    {
        Revision = 7,
        Instances = 1002,
        Ports = [Port("tcp", 443, 443, 1000), Port("tcp", 22, 22, 1), Port("tcp", 20, 30, 1), Port("tcp", 5432, 5432, 0)],
        Classes =
        [
            new() { Instances = 1000, InstanceNames = ["web-1", "web-2", "web-3"], PortStates = [State("tcp", 443, 443, "0.0.0.0/0"), State("tcp", 22, 22, "192.0.2.7/32")] },
            new() { Instances = 1, InstanceNames = ["odd-1"], PortStates = [State("tcp", 20, 30, "::/0"), State("tcp", 5432, 5432, "10.0.0.0/8")] },
            new() { Instances = 1, InstanceNames = ["all-1"], PortStates = [State("all", 0, 65535, "0.0.0.0/0")] },
        ],
    };

    [Fact]
    public void A_column_is_a_port_in_its_group_and_a_cell_the_widest_that_covers_it()
    {
        var matrix = new ExposureMatrix(Answer);

        Assert.Equal([("Management", 1), ("Public services", 1), ("Databases", 1), ("Other", 1)], matrix.Groups);
        Assert.Equal(["22", "443", "5432", "20–30"], matrix.Columns.Select(column => column.Rule.Label));
        Assert.Equal([PortWidth.One, PortWidth.Meant, PortWidth.Closed, PortWidth.Closed], matrix.Rows[0].Widths);
        Assert.Equal([PortWidth.Everyone, PortWidth.Closed, PortWidth.Networks, PortWidth.Everyone], matrix.Rows[1].Widths);
        Assert.Equal([PortWidth.Everyone, PortWidth.Meant, PortWidth.Everyone, PortWidth.Everyone], matrix.Rows[2].Widths);
    }

    [Fact]
    public void A_cell_tells_the_rules_that_open_its_ports()
    {
        var matrix = new ExposureMatrix(Answer);

        Assert.Equal(["22 192.0.2.7/32"], matrix.Rows[0].RulesFor(matrix.Columns[0].Rule).Select(rule => $"{rule.Label} {string.Join(' ', rule.Sources)}"));
        Assert.Equal(["20–30 ::/0"], matrix.Rows[1].RulesFor(matrix.Columns[0].Rule).Select(rule => $"{rule.Label} {string.Join(' ', rule.Sources)}"));
        Assert.Empty(matrix.Rows[0].RulesFor(matrix.Columns[2].Rule));
    }

    [Fact]
    public void The_picture_shows_the_rarest_class_too_and_stays_small()
    {
        var paths = FleetPicture.Paths(new ExposureMatrix(Answer)).ToDictionary(path => path.Width, path => path.Path);

        Assert.Equal(5, paths[PortWidth.Everyone].Count(letter => letter == 'M'));
        Assert.True(paths.Values.Sum(path => path.Length) < 30_000);
    }

    [Theory]
    [InlineData("tcp/22", "tcp", 22, 22)]
    [InlineData("22", "tcp", 22, 22)]
    [InlineData("UDP/53", "udp", 53, 53)]
    [InlineData("icmp/8", "icmp", 8, -1)]
    public void One_port_is_asked_about(string text, string protocol, int from, int to) => Assert.Equal((protocol, from, to), PortQuestion.Read(text)!.Key);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("tcp/20-30")]
    [InlineData("all/22")]
    [InlineData("tcp/22/x")]
    public void Several_or_none_are_not(string? text) => Assert.Null(PortQuestion.Read(text));

    private static ExposedPort Port(string protocol, int from, int to, int everyone) => new() { Protocol = protocol, FromPort = from, ToPort = to, Everyone = everyone, Networks = 0, One = 0 };

    private static InstancePortState State(string protocol, int from, int to, string source) =>
        new() { Protocol = protocol, FromPort = from, ToPort = to, State = "open", Cidrs = source.Contains(':', StringComparison.Ordinal) ? [] : [source], Ipv6Cidrs = source.Contains(':', StringComparison.Ordinal) ? [source] : [] };
}
