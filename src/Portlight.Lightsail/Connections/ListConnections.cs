using System.Net.Sockets;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;
using Instance = Portlight.Domain.Instance;

namespace Portlight.Lightsail;

/// <summary>The connections that others have to an instance at present, as the kernel of its host tracks them.</summary>
internal sealed class ListConnections(Services services) : IOperation<ListConnectionsRequest, ListConnectionsResponse>
{
    public const string Name = "ListConnections";

    private const int MostResults = 1_000;
    private const int UsualResults = 200;

    public async Task<ListConnectionsResponse> HandleAsync(Call call, ListConnectionsRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        var most = request.MaxResults ?? UsualResults;
        var problems = new List<Problem>();
        if (most is < 1 or > MostResults)
        {
            problems.Add(new Problem("maxResults", $"is {most}; it must be 1 to {MostResults}"));
        }

        if (request.Port is < 0 or > ushort.MaxValue)
        {
            problems.Add(new Problem("port", $"is {request.Port}; it must be 0 to {ushort.MaxValue}"));
        }

        Cidr? block = null;
        if (request.Cidr is { } text)
        {
            var family = text.Contains(':', StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
            if (Cidr.TryParse(text, family, out var read, out var problem))
            {
                block = read;
            }
            else
            {
                problems.Add(new Problem("cidr", $"`{UserText.Excerpt(text)}` {problem}"));
            }
        }

        if (problems.Count > 0)
        {
            throw Requests.Invalid(problems);
        }

        var instance = new ResourceAccess<Instance>(call, ResourceKinds.Instance, name).Require(services.Store.View);
        var present = await PresentConnections.ReadAsync(services, call, instance);
        var fit = present.All.Where(one => (request.Port is null || one.Port == request.Port) && (block is null || block.Value.Contains(one.Peer.Address)));
        return new ListConnectionsResponse { Connections = [.. fit.Take(most).Select(present.ToWire)], Total = present.Total };
    }
}
