using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>
/// Ends what a host may. Its agent is disconnected before this is answered and gets in no more; what is in force on the machine stays so, because a machine that has been
/// taken away is none to be opened.
/// </summary>
internal sealed class RevokeHost(Services services) : IOperation<RevokeHostRequest, RevokeHostResponse>
{
    public async Task<RevokeHostResponse> HandleAsync(Call call, RevokeHostRequest request)
    {
        var host = await HostAccess.ChangeAsync(services, call, request.HostName, (_, changes, current) =>
        {
            HostAccess.RefuseLocal(current.Name);
            var saved = current with { State = HostState.Revoked, Certificates = [], Token = null };
            changes.Save(saved);
            return saved;
        });
        await services.Hosts.DisconnectAsync(host.Name, $"the host {host.Name} is revoked");
        return new RevokeHostResponse { Host = (services.Store.View.FindHost(host.Name) ?? host).ToWire(services) };
    }
}
