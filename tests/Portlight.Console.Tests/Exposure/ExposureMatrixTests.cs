using Portlight.Console.Exposure;
using Portlight.Console.Live;
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
    public void A_column_of_the_picture_stands_for_several_and_shows_the_widest_and_it_stays_small()
    {
        var matrix = new ExposureMatrix(Answer);
        var paths = FleetPicture.Paths(PictureOrder.ByLikeness(matrix), matrix.Columns.Count).ToDictionary(path => path.Width, path => path.Path);

        // The last column stands for the two rarest, of which one lets everyone reach 22, 5432 and 20 to 30.
        Assert.Equal(3, paths[PortWidth.Everyone].Count(letter => letter == 'M'));
        Assert.Equal(FleetPicture.Columns, paths[PortWidth.Meant].Count(letter => letter == 'M'));
        Assert.True(paths.Values.Sum(path => path.Length) < 30_000);
    }

    [Fact]
    public void Instances_that_are_alike_are_called_by_the_tags_that_all_of_them_have_and_the_smaller_of_two_such_by_names()
    {
        Tag[] web = [new() { Key = "role", Value = "web" }, new() { Key = "portlight:public", Value = "25" }];
        var matrix = new ExposureMatrix(Answer with
        {
            Ports = [Port("tcp", 25, 25, 1000)],
            Classes =
            [
                new() { Instances = 1000, InstanceNames = ["web-1", "web-2"], TagsInCommon = web, PortStates = [State("tcp", 25, 25, "0.0.0.0/0")] },
                new() { Instances = 2, InstanceNames = ["web-8", "web-9"], TagsInCommon = web[..1], PortStates = [State("tcp", 25, 25, "0.0.0.0/0"), State("tcp", 1, 1, "0.0.0.0/0")] },
            ],
        });

        Assert.Equal([("role=web", PortWidth.Meant), ("web-8, web-9", PortWidth.Everyone)], matrix.Rows.Select(row => (row.Name, row.Widths[0])));
    }

    [Fact]
    public void The_picture_is_ordered_by_a_tag_by_hosts_or_by_how_much_is_open()
    {
        InstanceView[] fleet = [View("db-1", "db", State("tcp", 5432, 5432, "10.0.0.0/8")), View("web-1", "web", State("tcp", 443, 443, "0.0.0.0/0")), View("web-2", "web", State("tcp", 22, 22, "::/0")), View("web-3", "web", State("tcp", 443, 443, "0.0.0.0/0")), View("odd-1", null)];
        var columns = new ExposureMatrix(Answer).Columns;

        Assert.Equal(["web 2", "web 1", "db 1", "no role 1"], Runs("tag:role"));
        Assert.Equal(["nowhere 2", "nowhere 1", "nowhere 1", "nowhere 1"], Runs("host"));
        Assert.Equal(["open to everyone 1", "to everyone, as meant 2", "to networks 1", "closed 1"], Runs("risk"));
        Assert.Equal([("web", 0, 12.5), ("db", 12.5, 4.17), ("no role", 16.67, 83.33)], FleetPicture.Groups(PictureOrder.Of("tag:role", fleet, columns)).Select(group => (group.Name, Math.Round(group.Left, 2), Math.Round(group.Width, 2))));

        IEnumerable<string> Runs(string order) => PictureOrder.Of(order, fleet, columns).Select(run => $"{run.Group} {run.Instances}");
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

    private static InstanceView View(string name, string? role, params InstancePortState[] ports) => new(new InstanceStatus
    {
        Name = name,
        RegionName = "us-east-1",
        AccountId = "111122223333",
        State = "running",
        Tags = role is null ? null : [new() { Key = "role", Value = role }],
        PortStates = ports,
        DesiredRevision = 1,
        AppliedRevision = 1,
    });

    private static ExposedPort Port(string protocol, int from, int to, int everyone) => new() { Protocol = protocol, FromPort = from, ToPort = to, Everyone = everyone, Networks = 0, One = 0 };

    private static InstancePortState State(string protocol, int from, int to, string source) =>
        new() { Protocol = protocol, FromPort = from, ToPort = to, State = "open", Cidrs = source.Contains(':', StringComparison.Ordinal) ? [] : [source], Ipv6Cidrs = source.Contains(':', StringComparison.Ordinal) ? [source] : [] };
}
