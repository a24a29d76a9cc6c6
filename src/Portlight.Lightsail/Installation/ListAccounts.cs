using Portlight.Api;
using Portlight.Storage;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>Every account of the installation, in order of creation.</summary>
internal sealed class ListAccounts(IStore store) : IOperation<ListAccountsRequest, ListAccountsResponse>
{
    public Task<ListAccountsResponse> HandleAsync(Call call, ListAccountsRequest request)
    {
        return Task.FromResult(new ListAccountsResponse { Accounts = [.. store.View.ListAccounts().OrderBy(account => account.CreatedAt).Select(account => account.ToWire())] });
    }
}
