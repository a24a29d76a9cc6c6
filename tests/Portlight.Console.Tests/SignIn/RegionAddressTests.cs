using System.Reflection;
using Microsoft.AspNetCore.Components;
using Portlight.Console.SignIn;

namespace Portlight.Console.Tests.SignIn;

public sealed class RegionAddressTests
{
    [Fact]
    public void Every_page_whose_address_begins_with_a_region_is_read_in_that_one()
    {
        var pages = typeof(Visit).Assembly.GetTypes()
            .SelectMany(type => type.GetCustomAttributes<RouteAttribute>())
            .Where(route => route.Template.StartsWith("/{region}/", StringComparison.Ordinal))
            .Select(route => route.Template.Split('/')[2])
            .Distinct()
            .Order(StringComparer.Ordinal);

        Assert.Equal(["explain", "exposure", "instances", "refusals"], pages);
        Assert.Equal([], pages.Except(Visit.OfRegions));
    }
}
