using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Gives a free static IP back. An attached one is refused: its instance would lose its address without anybody having said so.</summary>
internal sealed class ReleaseStaticIp(IStore store) : IOperation<ReleaseStaticIpRequest, ReleaseStaticIpResponse>
{
    public async Task<ReleaseStaticIpResponse> HandleAsync(Call call, ReleaseStaticIpRequest request)
    {
        var name = Requests.RequireName(call, request.StaticIpName, "staticIpName");
        var access = new ResourceAccess<Domain.StaticIp>(call, ResourceKinds.StaticIp, name);
        var operation = await store.CommitAsync(call, (view, changes) =>
        {
            var staticIp = access.Require(view);
            if (staticIp.AttachedTo is { } holder)
            {
                throw new InvalidInputException($"The StaticIp {name} is attached to {holder}; detach it first");
            }

            changes.Remove(staticIp);
            var done = OperationShapes.Done(call, ResourceType.StaticIp, name, OperationShapes.NoZone, call.Operation);
            changes.Add(done);
            return done;
        });
        return new ReleaseStaticIpResponse { Operations = [operation.ToWire()] };
    }
}
