using Portlight.Api;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>
/// Forgets a host. Refused while it has instances, which nothing would filter any more by what is stored. Operations that it has not confirmed fail, because
/// nothing will confirm them.
/// </summary>
internal sealed class RemoveHost(Services services) : IOperation<RemoveHostRequest, RemoveHostResponse>
{
    public async Task<RemoveHostResponse> HandleAsync(Call call, RemoveHostRequest request)
    {
        var name = HostAccess.RequireName(call, request.HostName);
        var access = HostAccess.Of(call, name);
        var host = await services.Store.CommitAsync(call, (view, changes) =>
        {
            var current = access.Require(view);
            HostAccess.RefuseLocal(name);
            if (view.ListInstancesOn(name) is { Count: > 0 } there)
            {
                var named = string.Join(", ", there.Take(5).Select(instance => instance.Name)) + (there.Count > 5 ? $" and {there.Count - 5} more" : "");
                throw new InvalidInputException($"there are instances on the host {name}: {named}; detach or delete them first");
            }

            changes.Remove(new HostRemoval(current, call.Now, ErrorCodes.HostRemoved, $"the host {name} was removed before it had confirmed this"));
            return current;
        });
        var last = host.ToWire(services);
        await services.Hosts.ForgetAsync(name, $"the host {name} was removed");
        return new RemoveHostResponse { Host = last };
    }
}
