using Portlight.Api;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>One host.</summary>
internal sealed class GetHost(Services services) : IOperation<GetHostRequest, GetHostResponse>
{
    public Task<GetHostResponse> HandleAsync(Call call, GetHostRequest request)
    {
        var view = services.Store.View;
        var host = HostAccess.Of(call, HostAccess.RequireName(call, request.HostName)).Require(view);
        return Task.FromResult(new GetHostResponse { Host = host.ToWire(services), InstanceCount = view.ListInstancesOn(host.Name).Count });
    }
}
