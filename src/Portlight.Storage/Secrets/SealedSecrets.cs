using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>
/// The secrets that a database holds sealed, and the key file that belongs to them. A key file is made only for a database without any: a new one in the
/// place of one that is lost would open nothing, and what it seals from then on would hide the loss.
/// </summary>
public static class SealedSecrets
{
    /// <summary>Opens the key file that belongs to a database; makes it where nothing has been sealed yet.</summary>
    /// <exception cref="StoreException">It is missing, damaged, open to others or of another database. Nothing was changed.</exception>
    public static SecretBox OpenKeyFile(string path, IStoreView view) => Open(path, Of(view.AllAccessKeys(), view.AllKeyPairs(), view.ListHosts()));

    /// <summary>Looks whether a key file is there and opens what is sealed. Changes nothing.</summary>
    /// <returns>How many secrets there are; without any, the key file may be missing.</returns>
    /// <exception cref="StoreException">It does not.</exception>
    public static int Check(string path, IReadOnlyList<AccessKey> keys, IReadOnlyList<KeyPair> pairs, IReadOnlyList<Host> hosts)
    {
        var secrets = Of(keys, pairs, hosts);
        if (secrets.Count > 0)
        {
            Open(path, secrets);
        }

        return secrets.Count;
    }

    private static SecretBox Open(string path, List<byte[]> secrets)
    {
        if (secrets.Count > 0 && !File.Exists(path))
        {
            throw Refusal($"the key file `{path}` is missing", secrets.Count);
        }

        var box = KeyFile.OpenOrCreate(path);

        // One secret for each key will do. That a single secret has been changed is no reason to keep everybody from theirs.
        return secrets.GroupBy(KeyOf).Where(sealedAlike => sealedAlike.Key is not null).All(sealedAlike => sealedAlike.Any(secret => IsOpenedBy(box, secret)))
            ? box
            : throw Refusal($"the key file `{path}` does not open what is sealed in the database", secrets.Count);
    }

    private static uint? KeyOf(byte[] secret)
    {
        try
        {
            return SecretBox.KeyOf(secret);
        }
        catch (StoreException)
        {
            return null;
        }
    }

    private static bool IsOpenedBy(SecretBox box, byte[] secret)
    {
        try
        {
            box.Open(secret);
            return true;
        }
        catch (StoreException)
        {
            return false;
        }
    }

    private static List<byte[]> Of(IReadOnlyList<AccessKey> keys, IReadOnlyList<KeyPair> pairs, IReadOnlyList<Host> hosts) =>
        [.. keys.Select(key => key.SealedSecret), .. pairs.Select(pair => pair.SealedPrivateKey).OfType<byte[]>(), .. hosts.SelectMany(host => host.Authorities).Select(authority => authority.SealedKey)];

    private static StoreException Refusal(string what, int secrets) => new(
        $"{what}; restore it from the backup of this data directory. Without it nobody can open the {secrets} secrets (access keys, private keys) in the database, and nothing replaces them");
}
