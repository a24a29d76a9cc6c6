using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>The sizes of the region, active ones unless all are asked for.</summary>
internal sealed class GetBundles : IOperation<GetBundlesRequest, GetBundlesResponse>
{
    public Task<GetBundlesResponse> HandleAsync(Call call, GetBundlesRequest request)
    {
        CatalogueFilter.Check(call, request.AppCategory);
        var after = Paging.ReadPosition(call, request.PageToken, id => Bundles.Find(call.Region, id) is not null);
        var (page, next) = Paging.Take(
            call,
            CatalogueFilter.After(Bundles.In(call.Region).Where(bundle => request.AppCategory is null && (bundle.IsActive || request.IncludeInactive == true)), after, bundle => bundle.Id),
            bundle => bundle.Id);
        return Task.FromResult(new GetBundlesResponse { Bundles = [.. page.Select(ToWire)], NextPageToken = next });
    }

    private static Wire.Lightsail.Bundle ToWire(Domain.Bundle bundle) => new()
    {
        BundleId = bundle.Id,
        Name = bundle.Name,
        InstanceType = bundle.InstanceType,
        Price = bundle.Price,
        CpuCount = bundle.CpuCount,
        RamSizeInGb = bundle.RamSizeInGb,
        DiskSizeInGb = bundle.DiskSizeInGb,
        TransferPerMonthInGb = bundle.TransferPerMonthInGb,
        Power = bundle.Power,
        IsActive = bundle.IsActive,
        SupportedPlatforms = [bundle.Platform.ToWire()],
        PublicIpv4AddressCount = bundle.PublicIpv4AddressCount,
    };
}
