using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;
using Instance = Portlight.Domain.Instance;

namespace Portlight.Lightsail;

/// <summary>The connections that others have to an instance at present, as the kernel of its host tracks them.</summary>
internal sealed class ListConnections(Services services) : IOperation<ListConnectionsRequest, ListConnectionsResponse>
{
    public const string Name = "ListConnections";

    public async Task<ListConnectionsResponse> HandleAsync(Call call, ListConnectionsRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        var wanted = WantedSources.Read(request.Port, request.Cidr, request.MaxResults);
        var instance = new ResourceAccess<Instance>(call, ResourceKinds.Instance, name).Require(services.Store.View);
        var present = await PresentConnections.ReadAsync(services, call, instance);
        var fit = present.All.Where(one => wanted.Contains(one.Port, one.Peer.Address));
        return new ListConnectionsResponse { Connections = [.. fit.Take(wanted.Most).Select(present.ToWire)], Total = present.Total };
    }
}
