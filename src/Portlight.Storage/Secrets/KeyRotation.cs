namespace Portlight.Storage;

/// <summary>
/// Takes the key file to a new key: the key is added, every stored secret is sealed anew in one durable write, and only then the older keys go. Whenever it
/// ends in between, the file opens everything that is stored, and running it again brings it to its end.
/// </summary>
public static class KeyRotation
{
    /// <summary>
    /// Rotates. The store's lock sees to it that no server runs meanwhile, which would go on sealing with the key that it knows. Session tokens are sealed too and
    /// stored nowhere: those given out before are worth nothing once their key is forgotten.
    /// </summary>
    /// <param name="store">A store that nobody holds a <see cref="SecretBox"/> for.</param>
    /// <param name="keyFilePath">Its key file, which exists.</param>
    /// <param name="keepsOldKeys">Keeps the older keys, until the next rotation at the latest, so that sessions live on.</param>
    /// <param name="describe">Makes the event of it, which is durable with the secrets that are sealed anew; given how many those are. Null records none.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <exception cref="StoreException">A secret cannot be opened, or something could not be written. Everything stored still opens.</exception>
    public static async Task<KeyRotationReport> RunAsync(IStore store, string keyFilePath, bool keepsOldKeys = false, Func<int, AuditEvent>? describe = null, CancellationToken cancellationToken = default)
    {
        var box = KeyFile.Rotate(keyFilePath);
        var resealed = await ResealAsync(store, box, describe, cancellationToken).ConfigureAwait(false);
        if (!keepsOldKeys)
        {
            KeyFile.Forget(keyFilePath);
        }

        return new KeyRotationReport(resealed, box.SealingKey, keepsOldKeys ? 0 : box.KeyCount - 1);
    }

    /// <summary>Seals everything stored with the key of the box that seals; all of it is durable, or nothing.</summary>
    internal static async Task<int> ResealAsync(IStore store, SecretBox box, Func<int, AuditEvent>? describe, CancellationToken cancellationToken)
    {
        var committed = await store.CommitAsync(
            (view, changes) =>
            {
                var resealed = 0;
                foreach (var key in view.AllAccessKeys().Where(key => SecretBox.KeyOf(key.SealedSecret) != box.SealingKey))
                {
                    changes.Save(key with { SealedSecret = Reseal(box, key.SealedSecret, $"access key `{key.Id}`") });
                    resealed++;
                }

                foreach (var pair in view.AllKeyPairs().Where(pair => pair.SealedPrivateKey is { } secret && SecretBox.KeyOf(secret) != box.SealingKey))
                {
                    changes.Save(pair with { SealedPrivateKey = Reseal(box, pair.SealedPrivateKey!, $"key pair `{pair.Name}` of {pair.Scope}") });
                    resealed++;
                }

                foreach (var host in view.ListHosts().Where(host => host.Authorities.Any(authority => SecretBox.KeyOf(authority.SealedKey) != box.SealingKey)))
                {
                    changes.Save(host with
                    {
                        Authorities = [.. host.Authorities.Select(authority => authority with { SealedKey = Reseal(box, authority.SealedKey, $"authority of hosts `{host.Name}`") })],
                    });
                    resealed++;
                }

                if (describe is not null)
                {
                    changes.Record(describe(resealed));
                }

                return resealed;
            },
            cancellationToken: cancellationToken).ConfigureAwait(false);
        return committed.Result;
    }

    private static byte[] Reseal(SecretBox box, byte[] secret, string whose)
    {
        try
        {
            return box.Seal(box.Open(secret));
        }
        catch (StoreException refused)
        {
            throw new StoreException($"the secret of {whose} cannot be sealed anew: {refused.Message}", refused);
        }
    }
}

/// <summary>What a rotation has done.</summary>
/// <param name="Resealed">Secrets that were sealed anew.</param>
/// <param name="SealingKey">Number of the key that seals now.</param>
/// <param name="Forgotten">Older keys that are gone from the file.</param>
public sealed record KeyRotationReport(int Resealed, uint SealingKey, int Forgotten);
