using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Every name in use in the region, in order of name: instances, static IPs and key pairs share one namespace. The default key pair is left out.</summary>
internal sealed class GetActiveNames(IStore store) : IOperation<GetActiveNamesRequest, GetActiveNamesResponse>
{
    public Task<GetActiveNamesResponse> HandleAsync(Call call, GetActiveNamesRequest request)
    {
        var after = Paging.ReadPosition(call, request.PageToken, ResourceName.IsValid) ?? "";

        // One more than a page and the default key pair, which may be among them and is left out.
        var names = store.View.ListNames(call.Scope, after, Paging.PageSize + 2).Where(name => name != Domain.KeyPair.DefaultName).ToList();
        var (page, next) = Paging.Take(call, names, name => name);
        return Task.FromResult(new GetActiveNamesResponse { ActiveNames = page, NextPageToken = next });
    }
}
