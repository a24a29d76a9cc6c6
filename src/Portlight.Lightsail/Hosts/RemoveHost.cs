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
        HostSummary? last = null;
        var host = await HostAccess.ChangeAsync(services, call, request.HostName, (view, changes, current) =>
        {
            HostAccess.RefuseLocal(current.Name);
            if (view.ListInstancesOn(current.Name) is { Count: > 0 } there)
            {
                var named = string.Join(", ", there.Take(5).Select(instance => instance.Name)) + (there.Count > 5 ? $" and {there.Count - 5} more" : "");
                throw new InvalidInputException($"there are instances on the host {current.Name}: {named}; detach or delete them first");
            }

            last = current.ToWire(services); // as it was: its loop goes with it
            changes.Remove(new HostRemoval(current, call.Now, ErrorCodes.HostRemoved, $"the host {current.Name} was removed before it had confirmed this"));
            return current;
        });
        await services.Hosts.ForgetAsync(host.Name, $"the host {host.Name} was removed");
        return new RemoveHostResponse { Host = last! };
    }
}
