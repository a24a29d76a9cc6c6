using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>Closes an account: its credentials then belong to no caller. Refused while it has instances, which nobody could then manage.</summary>
internal sealed class CloseAccount(IStore store) : IOperation<CloseAccountRequest, CloseAccountResponse>
{
    public async Task<CloseAccountResponse> HandleAsync(Call call, CloseAccountRequest request)
    {
        var id = request.AccountId ?? throw Requests.Invalid([new Problem("accountId", "is missing")]);
        var closed = await store.CommitAsync(call, (view, changes) =>
        {
            var account = view.FindAccount(id) ?? throw new NotFoundException($"The Account does not exist: {id}");
            if (account.IsOwner)
            {
                throw new InvalidInputException("the account that owns this installation cannot be closed");
            }

            if (view.ListRegions().Any(region => view.CountInstances(new Scope(id, region.Name)) > 0))
            {
                throw new InvalidInputException($"the account {id} still has instances; delete or detach them first");
            }

            var saved = account with { State = AccountState.Closed };
            changes.Save(saved);
            return saved;
        });
        return new CloseAccountResponse { Account = closed.ToWire() };
    }
}
