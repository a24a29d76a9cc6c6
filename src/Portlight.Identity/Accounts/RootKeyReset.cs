using Portlight.Api;
using Portlight.Audit;
using Portlight.Domain;
using Portlight.Linux;
using Portlight.Storage;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Identity;

/// <summary>
/// Gives an account a new root key in the place of all that it had, on a data directory whose server is stopped: the way back for an operator who has lost the key, or has lost it
/// to somebody. A user who can write the data directory can do this; there is no way to it over the network.
/// </summary>
public static class RootKeyReset
{
    /// <summary>
    /// Resets. At no moment is there no key that works and stands in the file: the new key is stored first, then written, then the older ones go. Ended in
    /// between, it leaves a key more than is needed, and running it again takes that away too.
    /// </summary>
    /// <param name="store">The store of the data directory.</param>
    /// <param name="directory">The data directory.</param>
    /// <param name="accountId">The account; null for the one that owns the installation.</param>
    /// <param name="clock">Tells the time.</param>
    /// <exception cref="StoreException">There is no such account, or it is closed; or the store cannot be written.</exception>
    public static async Task<RootKeyReport> RunAsync(IStore store, string directory, string? accountId, TimeProvider clock)
    {
        var box = SealedSecrets.OpenKeyFile(Path.Combine(directory, DataFiles.Keys), store.View);
        var account = Find(store.View, accountId);
        var (key, secret) = Accounts.NewRootKey(account.Id, box, clock.GetUtcNow());
        await store.CommitAsync((_, changes) =>
        {
            changes.Save(key);
            return true;
        });

        var file = Path.Combine(directory, account.IsOwner ? DataFiles.Credentials : $"{DataFiles.Credentials}-{account.Id}");
        SharedCredentialsFile.Write(file, SharedCredentialsFile.DefaultProfile, new AwsCredentials(key.Id, secret));
        DirectoryFlush.Run(directory);
        var removed = await store.CommitAsync((view, changes) =>
        {
            var older = view.ListAccessKeys(account.Id).Where(other => other.UserName is null && other.Id != key.Id).ToList();
            older.ForEach(changes.Remove);
            changes.Record(Event(clock.GetUtcNow(), account.Id, key.Id, older));
            return older.Count;
        });
        return new RootKeyReport(account.Id, key.Id, file, removed.Result);
    }

    private static AuditEvent Event(DateTimeOffset now, string account, string newKey, List<AccessKey> removed) => ServiceEvent.Of(
        now,
        ServiceEvent.RootKeyReset,
        account,
        AuditLog.GlobalRegion,
        ($"arn:aws:iam::{account}:root", "AWS::IAM::AccessKey"),
        new Dictionary<string, string>(LocalOperator.Facts()) { ["accessKeyId"] = newKey, ["removedAccessKeyIds"] = string.Join(",", removed.Select(key => key.Id)) });

    private static Account Find(IStoreView view, string? id)
    {
        var account = id is null ? view.ListAccounts().FirstOrDefault(one => one.IsOwner) : view.FindAccount(id);
        return account switch
        {
            null => throw new StoreException(id is null ? "there is no account yet; start `portlight serve`, which makes one" : $"there is no account `{UserText.Excerpt(id)}` here"),
            { State: AccountState.Closed } => throw new StoreException($"the account {account.Id} is closed; its keys are not valid"),
            _ => account,
        };
    }
}

/// <summary>What a reset has done.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="AccessKeyId">Its only root key now.</param>
/// <param name="CredentialsFile">Where the key and its secret stand, in AWS's shared credentials format.</param>
/// <param name="Removed">Root keys that are gone.</param>
public sealed record RootKeyReport(string AccountId, string AccessKeyId, string CredentialsFile, int Removed);
