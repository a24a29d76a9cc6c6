using System.Xml.Linq;
using Portlight.Console.Exposure;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Exposure;

public sealed class ExposureSvgTests
{
    [Fact]
    public void Every_port_has_its_row_and_nothing_of_a_name_is_markup()
    {
        var matrix = new ExposureMatrix(new GetExposureResponse
        {
            Revision = 7,
            Instances = 1,
            Ports = [new() { Protocol = "tcp", FromPort = 443, ToPort = 443, Everyone = 1, Networks = 0, One = 0 }, new() { Protocol = "udp", FromPort = 53, ToPort = 53, Everyone = 0, Networks = 1, One = 0 }],
            Classes = [new() { Instances = 1, InstanceNames = ["web-1"], PortStates = [new InstancePortState { Protocol = "tcp", FromPort = 443, ToPort = 443, State = "open", Cidrs = ["0.0.0.0/0"] }] }],
        });

        var svg = XElement.Parse(ExposureSvg.Draw(matrix, "<script>&\"'"));

        Assert.Equal("<script>&\"'", svg.Elements().Single(element => element.Name.LocalName == "title").Value);
        var texts = svg.Elements().Where(element => element.Name.LocalName == "text").Select(element => element.Value).ToList();
        Assert.Contains("443", texts);
        Assert.Contains("53/udp", texts);
        Assert.Single(svg.Descendants(), element => element.Name.LocalName == "path");
    }
}
