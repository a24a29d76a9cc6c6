using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>The static IPs of the region in order of name.</summary>
internal sealed class GetStaticIps(IStore store) : IOperation<GetStaticIpsRequest, GetStaticIpsResponse>
{
    public Task<GetStaticIpsResponse> HandleAsync(Call call, GetStaticIpsRequest request)
    {
        var after = Paging.ReadPosition(call, request.PageToken, ResourceName.IsValid) ?? "";
        var (page, next) = Paging.Take(call, store.View.ListStaticIps(call.Scope, after, Paging.PageSize + 1), staticIp => staticIp.Name);
        return Task.FromResult(new GetStaticIpsResponse { StaticIps = [.. page.Select(staticIp => staticIp.ToWire())], NextPageToken = next });
    }
}
