using Portlight.Api;
using Portlight.Storage;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>One static IP.</summary>
internal sealed class GetStaticIp(IStore store) : IOperation<GetStaticIpRequest, GetStaticIpResponse>
{
    public Task<GetStaticIpResponse> HandleAsync(Call call, GetStaticIpRequest request)
    {
        var name = Requests.RequireName(call, request.StaticIpName, "staticIpName");
        return Task.FromResult(new GetStaticIpResponse { StaticIp = store.View.RequireStaticIp(call, name).ToWire() });
    }
}
