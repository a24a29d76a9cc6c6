using Portlight.Api;
using Portlight.Storage;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>What an instance is doing, with EC2's code.</summary>
internal sealed class GetInstanceState(IStore store) : IOperation<GetInstanceStateRequest, GetInstanceStateResponse>
{
    public Task<GetInstanceStateResponse> HandleAsync(Call call, GetInstanceStateRequest request)
    {
        var instance = store.View.RequireInstance(call, Requests.RequireName(call, request.InstanceName, "instanceName"));
        return Task.FromResult(new GetInstanceStateResponse { State = InstanceShapes.ToWire(instance.State) });
    }
}
