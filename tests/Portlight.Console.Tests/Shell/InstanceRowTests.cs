using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Portlight.Console.Live;
using Portlight.Console.Shell;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Shell;

public sealed class InstanceRowTests : BunitContext
{
    public InstanceRowTests() => Services.AddSingleton(TimeProvider.System);

    [Fact]
    public void A_row_is_drawn_again_only_where_it_says_something_else()
    {
        var instance = Instance("web-1");
        var row = Render<InstanceRow>(parameters => parameters.Add(row => row.Region, "us-east-1").Add(row => row.Instance, instance).Add(row => row.Place, 4));
        Assert.Equal("6", row.Find("tr").GetAttribute("aria-rowindex"));

        row.Render(parameters => parameters.Add(row => row.Instance, instance).Add(row => row.Place, 4));
        Assert.Equal(1, row.RenderCount);

        row.Render(parameters => parameters.Add(row => row.Instance, Instance("web-2")).Add(row => row.Place, 4));
        Assert.Equal(2, row.RenderCount);
        Assert.Equal("web-2", row.Find(".name").TextContent);
    }

    private static InstanceView Instance(string name) =>
        new(new InstanceStatus { Name = name, RegionName = "us-east-1", AccountId = "111122223333", State = "running", PortStates = [], DesiredRevision = 1, AppliedRevision = 1 });
}
