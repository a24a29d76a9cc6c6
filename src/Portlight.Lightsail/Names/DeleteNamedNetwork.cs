using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>Forgets the name of a network.</summary>
internal sealed class DeleteNamedNetwork(Services services) : IOperation<DeleteNamedNetworkRequest, DeleteNamedNetworkResponse>
{
    public async Task<DeleteNamedNetworkResponse> HandleAsync(Call call, DeleteNamedNetworkRequest request)
    {
        var name = BookNames.Require(request.NetworkName, "networkName", services.Limits);
        return await BookNames.ChangeAsync(services.Store, call, book => book.Networks.TryGetKey(name, out var known)
            ? (book with { Networks = book.Networks.Remove(name) }, new DeleteNamedNetworkResponse { Network = BookNames.ToWire(known, book.Networks[name]) })
            : throw new NotFoundException($"The NamedNetwork does not exist: {UserText.Excerpt(name)}"));
    }
}
