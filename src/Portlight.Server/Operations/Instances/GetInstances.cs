using System.Globalization;
using Portlight.Wire.Lightsail;

namespace Portlight.Server.Operations.Instances;

/// <summary>The instances of the region in the order in which they were made.</summary>
internal sealed class GetInstances(Services services) : IOperation<GetInstancesRequest, GetInstancesResponse>
{
    public Task<GetInstancesResponse> HandleAsync(Call call, GetInstancesRequest request)
    {
        var after = long.Parse(Paging.ReadPosition(call, request.PageToken, Paging.IsNumber) ?? "0", CultureInfo.InvariantCulture);
        var (page, next) = Paging.Cut(
            call,
            services.Store.View.ListInstances(call.Scope, after, Paging.PageSize + 1),
            instance => instance.Index.ToString(CultureInfo.InvariantCulture));
        return Task.FromResult(new GetInstancesResponse
        {
            Instances = [.. page.Select(instance => instance.ToWire(services.Options.AwsQuirks))],
            NextPageToken = next,
        });
    }
}
