using Portlight.Api;
using Portlight.Storage;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>The open ports of an instance as they are desired, in order; the entity tag of the answer is what <c>If-Match</c> takes.</summary>
internal sealed class GetInstancePortStates(IStore store, bool awsQuirks) : IOperation<GetInstancePortStatesRequest, GetInstancePortStatesResponse>
{
    public Task<GetInstancePortStatesResponse> HandleAsync(Call call, GetInstancePortStatesRequest request)
    {
        var instance = store.View.RequireInstance(call, Requests.RequireName(call, request.InstanceName, "instanceName"));
        call.EntityTag = Requests.EntityTag(instance);
        return Task.FromResult(new GetInstancePortStatesResponse { PortStates = [.. instance.Ports.Rules.Select(rule => rule.ToPortState(awsQuirks))] });
    }
}
