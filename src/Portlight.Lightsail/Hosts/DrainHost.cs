using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>Lets no new instance onto a host, or lets them again. What is there stays, and goes on being changed.</summary>
internal sealed class DrainHost(Services services) : IOperation<DrainHostRequest, DrainHostResponse>
{
    public async Task<DrainHostResponse> HandleAsync(Call call, DrainHostRequest request)
    {
        var (from, to) = request.Undo == true ? (HostState.Draining, HostState.Active) : (HostState.Active, HostState.Draining);
        var host = await HostAccess.ChangeAsync(services, call, request.HostName, (_, changes, current) =>
        {
            if (current.State != from && current.State != to)
            {
                throw new InvalidInputException($"the host {current.Name} is {current.State.ToString().ToLowerInvariant()}: only one that is active can be drained");
            }

            var saved = current with { State = to };
            changes.Save(saved);
            return saved;
        });
        return new DrainHostResponse { Host = host.ToWire(services) };
    }
}
