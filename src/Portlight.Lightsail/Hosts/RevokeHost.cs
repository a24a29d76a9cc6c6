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
        var name = HostAccess.RequireName(call, request.HostName);
        var access = HostAccess.Of(call, name);
        var host = await services.Store.CommitAsync(call, (view, changes) =>
        {
            var current = access.Require(view);
            HostAccess.RefuseLocal(name);
            var saved = current with { State = HostState.Revoked, Certificates = [], Token = null };
            changes.Save(saved);
            return saved;
        });
        services.Hosts.Note(host);
        await services.Hosts.DisconnectAsync(name, $"the host {name} is revoked");
        return new RevokeHostResponse { Host = (services.Store.View.FindHost(name) ?? host).ToWire(services) };
    }
}
