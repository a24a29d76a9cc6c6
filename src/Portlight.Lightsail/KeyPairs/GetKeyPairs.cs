using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>The key pairs of the region in order of name; the default one when it is asked for.</summary>
internal sealed class GetKeyPairs(IStore store) : IOperation<GetKeyPairsRequest, GetKeyPairsResponse>
{
    public Task<GetKeyPairsResponse> HandleAsync(Call call, GetKeyPairsRequest request)
    {
        var after = Paging.ReadPosition(call, request.PageToken, ResourceName.IsValid) ?? "";

        // One more than a page and the default one, which may be among them and be left out.
        var read = store.View.ListKeyPairs(call.Scope, after, Paging.PageSize + 2)
            .Where(keyPair => request.IncludeDefaultKeyPair == true || keyPair.Name != Domain.KeyPair.DefaultName)
            .ToList();
        var (page, next) = Paging.Take(call, read, keyPair => keyPair.Name);
        return Task.FromResult(new GetKeyPairsResponse { KeyPairs = [.. page.Select(keyPair => keyPair.ToFullWire())], NextPageToken = next });
    }
}
