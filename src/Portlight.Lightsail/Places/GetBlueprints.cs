using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>The catalogue's images, active ones unless all are asked for.</summary>
internal sealed class GetBlueprints : IOperation<GetBlueprintsRequest, GetBlueprintsResponse>
{
    public Task<GetBlueprintsResponse> HandleAsync(Call call, GetBlueprintsRequest request)
    {
        CatalogueFilter.Check(call, request.AppCategory);
        var after = Paging.ReadPosition(call, request.PageToken, id => Blueprints.Find(id) is not null);
        var (page, next) = Paging.Take(
            call,
            CatalogueFilter.After(Blueprints.All.Where(blueprint => request.AppCategory is null && (blueprint.IsActive || request.IncludeInactive == true)), after, blueprint => blueprint.Id),
            blueprint => blueprint.Id);
        return Task.FromResult(new GetBlueprintsResponse { Blueprints = [.. page.Select(ToWire)], NextPageToken = next });
    }

    private static Wire.Lightsail.Blueprint ToWire(Domain.Blueprint blueprint) => new()
    {
        BlueprintId = blueprint.Id,
        Name = blueprint.Name,
        Group = blueprint.Group,
        Type = blueprint.IsOs ? "os" : "app",
        Description = blueprint.Description,
        IsActive = blueprint.IsActive,
        MinPower = blueprint.MinPower,
        Version = blueprint.Version,
        VersionCode = "1",
        ProductUrl = blueprint.ProductUrl,
        Platform = blueprint.Platform.ToWire(),
    };
}
