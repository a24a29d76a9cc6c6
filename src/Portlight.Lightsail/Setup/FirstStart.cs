using Portlight.Api;
using Portlight.Domain;
using Portlight.Identity;
using Portlight.Storage;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Lightsail;

/// <summary>
/// Gives a new data directory its account, the account's root key and its region, and writes the key in AWS's shared credentials format. Does nothing on a
/// directory that has them.
/// </summary>
internal static class FirstStart
{
    /// <summary>The account that owns the installation.</summary>
    public static async Task<Account> EnsureAsync(ServeOptions options, IStore store, SecretBox box, SetupWorker setup, TimeProvider clock)
    {
        if (store.View.ListAccounts().FirstOrDefault(account => account.IsOwner) is { } owner)
        {
            return owner;
        }

        if (Regions.Find(options.Region) is null)
        {
            throw new StoreException($"`{options.Region}` is not a region of Lightsail, so nothing was set up; there are: {string.Join(", ", Regions.All.Select(region => region.Name))}");
        }

        var now = clock.GetUtcNow();
        var account = new Account(options.Account ?? Accounts.NewId(), AccountState.SettingUp, IsOwner: true, now);
        var (key, secret) = Accounts.NewRootKey(account.Id, box, now);

        // The file first: a root key that nobody was told of would lock the installation.
        SharedCredentialsFile.Write(Path.Combine(options.DataDirectory, DataFiles.Credentials), SharedCredentialsFile.DefaultProfile, new AwsCredentials(key.Id, secret));
        var isFirst = await store.CommitAsync((view, changes) =>
        {
            if (view.ListAccounts().Any(one => one.IsOwner))
            {
                return false;
            }

            changes.Save(account);
            changes.Save(key);
            changes.Save(new OpenRegion(options.Region, IsReady: false, now));
            return true;
        });
        if (!isFirst.Result)
        {
            File.Delete(Path.Combine(options.DataDirectory, DataFiles.Credentials)); // a key that is none
            throw new StoreException($"another server has set the installation up at the same moment; copy its `{DataFiles.Keys}` and `{InstallationFile.Name}` here and start again");
        }

        await setup.RunOnceAsync();
        return account;
    }

    /// <summary>
    /// The region that commands of this machine use when none is named: the setting's, if it is open. Else the one that was opened first, because a region that
    /// is not open refuses every signature, the one that would open it too.
    /// </summary>
    public static string HomeRegion(ServeOptions options, IStoreView view) =>
        view.FindRegion(options.Region) is not null ? options.Region : view.ListRegions().MinBy(region => region.OpenedAt)?.Name ?? options.Region;
}
