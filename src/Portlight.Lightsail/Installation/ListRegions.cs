using Portlight.Api;
using Portlight.Storage;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>The regions that this installation has opened.</summary>
internal sealed class ListRegions(IStore store) : IOperation<ListRegionsRequest, ListRegionsResponse>
{
    public Task<ListRegionsResponse> HandleAsync(Call call, ListRegionsRequest request)
    {
        return Task.FromResult(new ListRegionsResponse { Regions = [.. store.View.ListRegions().Select(region => region.ToWire())] });
    }
}
