using Portlight.Console.Live;
using Portlight.Console.Ports;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Live;

public sealed class AlikePartsTests
{
    [Fact]
    public void Rules_tags_and_words_that_are_alike_are_held_once_and_each_instance_says_what_it_said()
    {
        var parts = new AlikeParts();
        var (one, other) = (parts.View(Status("web-1", "443", "prod")), parts.View(Status("web-2", "443", "prod")));

        Assert.Same(one.Rules, other.Rules);
        Assert.Same(one.Status.PortStates, other.Status.PortStates);
        Assert.Same(one.Status.Tags, other.Status.Tags);
        Assert.Same(one.Status.RegionName, other.Status.RegionName);
        Assert.Equal(["web-1", "web-2"], [one.Name, other.Name]);
        Assert.Equal(new InstanceView(Status("web-2", "443", "prod")).Ports, other.Ports);
    }

    [Fact]
    public void What_differs_in_a_source_a_tag_or_what_is_meant_is_not_alike()
    {
        var parts = new AlikeParts();
        var one = parts.View(Status("web-1", "25", "prod"));

        Assert.NotSame(one.Rules, parts.View(Status("web-2", "25", "prod", source: "192.0.2.0/24")).Rules);
        Assert.NotSame(one.Status.Tags, parts.View(Status("web-3", "25", "test")).Status.Tags);
        var meant = parts.View(Status("mail-1", "25", "25", key: InstanceView.MeantTag));
        Assert.Equal((PortWidth.Everyone, PortWidth.Meant), (one.Ports[0].Width, meant.Ports[0].Width));
    }

    private static InstanceStatus Status(string name, string port, string tag, string source = "0.0.0.0/0", string key = "env") => new()
    {
        Name = name,
        RegionName = string.Concat("us-", "east-1".AsSpan()),
        AccountId = "111122223333",
        State = "running",
        Tags = [new Tag { Key = key, Value = tag }],
        PortStates = [new InstancePortState { Protocol = "tcp", FromPort = int.Parse(port, System.Globalization.CultureInfo.InvariantCulture), ToPort = int.Parse(port, System.Globalization.CultureInfo.InvariantCulture), State = "open", Cidrs = [source] }],
        DesiredRevision = 7,
        AppliedRevision = 7,
    };
}
