using Portlight.Api;
using Portlight.Domain;
using Portlight.Identity;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;
using Account = Portlight.Domain.Account;

namespace Portlight.Lightsail;

/// <summary>Makes an account with a root key, which is in the answer and nowhere else. Its default key pairs follow; until then its calls are told to wait.</summary>
internal sealed class CreateAccount(IStore store, SecretBox box, SetupWorker setup) : IOperation<CreateAccountRequest, CreateAccountResponse>
{
    public async Task<CreateAccountResponse> HandleAsync(Call call, CreateAccountRequest request)
    {
        if (request.AccountId is not null && !Accounts.IsId(request.AccountId))
        {
            throw Requests.Invalid([new Problem("accountId", "must have 12 digits")]);
        }

        var account = new Account(request.AccountId ?? Accounts.NewId(), AccountState.SettingUp, IsOwner: false, call.Now);
        var (key, secret) = Accounts.NewRootKey(account.Id, box, call.Now);
        await store.CommitAsync(call, (view, changes) =>
        {
            if (view.FindAccount(account.Id) is not null)
            {
                throw new InvalidInputException($"the account {account.Id} exists already") { Code = ErrorCodes.NameExists };
            }

            changes.Save(account);
            changes.Save(key);
            return account;
        });
        setup.Nudge();
        return new CreateAccountResponse { Account = account.ToWire(), AccessKeyId = key.Id, SecretAccessKey = secret };
    }
}
