using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>The regions that this installation has opened, in the order of the service's list.</summary>
internal sealed class GetRegions(IStore store) : IOperation<GetRegionsRequest, GetRegionsResponse>
{
    public Task<GetRegionsResponse> HandleAsync(Call call, GetRegionsRequest request)
    {
        var open = store.View.ListRegions().Select(region => region.Name).ToHashSet(StringComparer.Ordinal);
        return Task.FromResult(new GetRegionsResponse
        {
            Regions = [.. Regions.All.Where(region => open.Contains(region.Name)).Select(region => ToWire(region, request.IncludeAvailabilityZones == true))],
        });
    }

    /// <summary>There are no databases here, so their zones are none, asked for or not.</summary>
    private static Wire.Lightsail.Region ToWire(Domain.Region region, bool withZones) => new()
    {
        Name = region.Name,
        DisplayName = region.DisplayName,
        Description = region.Description,
        ContinentCode = region.ContinentCode,
        AvailabilityZones = withZones ? [.. region.Zones.Select(zone => new AvailabilityZone { ZoneName = zone, State = "available" })] : [],
    };
}
