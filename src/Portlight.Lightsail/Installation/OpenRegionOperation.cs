using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>Opens a region of the service's list. Each account gets what it needs there; until then calls to it are told to wait.</summary>
internal sealed class OpenRegionOperation(IStore store, SetupWorker setup) : IOperation<OpenRegionRequest, OpenRegionResponse>
{
    public async Task<OpenRegionResponse> HandleAsync(Call call, OpenRegionRequest request)
    {
        if (request.RegionName is null || Regions.Find(request.RegionName) is null)
        {
            var problem = request.RegionName is { } name ? $"`{UserText.Excerpt(name)}` is not one of the service's regions" : "is missing";
            throw new InvalidInputException($"regionName: {problem}; there are: {string.Join(", ", Regions.All.Select(region => region.Name))}");
        }

        var region = await store.CommitAsync(call, (view, changes) =>
        {
            if (view.FindRegion(request.RegionName) is { } known)
            {
                return known;
            }

            var opened = new OpenRegion(request.RegionName, IsReady: false, call.Now);
            changes.Save(opened);
            return opened;
        });
        setup.Nudge();
        return new OpenRegionResponse { Region = region.ToWire() };
    }
}
