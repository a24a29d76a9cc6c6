using System.Globalization;
using Portlight.Api;
using Portlight.Audit;
using Portlight.Storage;

namespace Portlight.Identity;

/// <summary>Takes the key file to a new key, on a data directory whose server is stopped, and says so in the audit log of the account that owns the installation.</summary>
public static class KeyFileRotation
{
    /// <param name="store">The store of the data directory.</param>
    /// <param name="directory">The data directory.</param>
    /// <param name="keepsOldKeys">Keeps the older keys until the next rotation, so that sessions live on.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <exception cref="StoreException">The store cannot be written, or a secret cannot be opened. Everything stored still opens.</exception>
    public static async Task<KeyRotationReport> RunAsync(IStore store, string directory, bool keepsOldKeys, TimeProvider clock, CancellationToken cancellationToken)
    {
        var owner = store.View.ListAccounts().FirstOrDefault(account => account.IsOwner)
            ?? throw new StoreException("there is no account yet; start `portlight serve`, which makes one");
        return await KeyRotation.RunAsync(
            store, Path.Combine(directory, DataFiles.Keys), keepsOldKeys, resealed => Event(clock.GetUtcNow(), owner.Id, resealed, keepsOldKeys), cancellationToken);
    }

    private static AuditEvent Event(DateTimeOffset now, string account, int resealed, bool keepsOldKeys) => ServiceEvent.Of(
        now,
        ServiceEvent.KeyFileRotated,
        account,
        AuditLog.GlobalRegion,
        ($"arn:aws:iam::{account}:root", "AWS::IAM::AccessKey"),
        new Dictionary<string, string>(LocalOperator.Facts())
        {
            ["resealedSecrets"] = resealed.ToString(CultureInfo.InvariantCulture),
            ["keepsOldKeys"] = keepsOldKeys ? "true" : "false",
        });
}
