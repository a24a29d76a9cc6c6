using Portlight.Api;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>One instance, as it is desired.</summary>
internal sealed class GetInstance(Services services) : IOperation<GetInstanceRequest, GetInstanceResponse>
{
    public Task<GetInstanceResponse> HandleAsync(Call call, GetInstanceRequest request)
    {
        var instance = services.Store.View.RequireInstance(call, Requests.RequireName(call, request.InstanceName, "instanceName"));
        call.EntityTag = Requests.EntityTag(instance);
        return Task.FromResult(new GetInstanceResponse { Instance = instance.ToWire(services.Options.AwsQuirks) });
    }
}
