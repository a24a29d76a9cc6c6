using System.Globalization;
using System.Security.Cryptography;
using Portlight.Linux;

namespace Portlight.Storage;

/// <summary>
/// The file with the keys that secrets are sealed with, <c>DIR/secret.key</c>, mode 0600: a line <c>portlight-keys 1</c>, then a line for each key, its number
/// in hexadecimal and the key in base64. The last one seals; all of them open.
/// </summary>
public static class KeyFile
{
    private const string Heading = "portlight-keys 1";
    private const string DraftEnd = ".new";

    /// <summary>
    /// Reads the keys; makes the file, with one new key, where there is none.
    /// </summary>
    /// <exception cref="StoreException">Others can read the file, or it is damaged.</exception>
    public static SecretBox OpenOrCreate(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                Write(path, [NewKey([])], overwrite: false);
            }

            CheckMode(path);
            return ToBox(Parse(path, File.ReadAllLines(path)));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"the key file `{path}` cannot be read or made; check its directory and permissions", refused);
        }
    }

    /// <summary>
    /// Adds a new key, which seals from now on; the older ones still open. Only by a process that has the store open alone: a server keeps the keys that it has read at
    /// its start. <see cref="KeyRotation"/> does this and the rest.
    /// </summary>
    /// <exception cref="StoreException">The file cannot be read or written; it is as it was.</exception>
    public static SecretBox Rotate(string path) => Change(path, keys => [.. keys, NewKey(keys)]);

    /// <summary>Drops every key but the one that seals. Nothing may be stored that was sealed with another: it could never be opened again.</summary>
    /// <exception cref="StoreException">The file cannot be read or written; it is as it was.</exception>
    public static SecretBox Forget(string path) => Change(path, keys => keys[^1..]);

    private static SecretBox Change(string path, Func<List<Key>, List<Key>> change)
    {
        try
        {
            CheckMode(path);
            var keys = change(Parse(path, File.ReadAllLines(path)));
            DeleteDrafts(path);
            Write(path, keys, overwrite: true);
            return ToBox(keys);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"the key file `{path}` cannot be changed; check its directory and permissions", refused);
        }
    }

    private static Key NewKey(List<Key> others)
    {
        uint number;
        do
        {
            number = (uint)RandomNumberGenerator.GetInt32(int.MaxValue);
        }
        while (others.Exists(other => other.Number == number));

        return new Key(number, RandomNumberGenerator.GetBytes(SecretBox.KeySize));
    }

    /// <summary>Whole or not at all, and on the disk before this returns: what is sealed with a key must not outlive it.</summary>
    private static void Write(string path, List<Key> keys, bool overwrite)
    {
        var text = string.Concat(keys.Select(key => string.Create(CultureInfo.InvariantCulture, $"{key.Number:x8} {Convert.ToBase64String(key.Bytes)}\n")).Prepend(Heading + "\n"));
        var draft = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}{DraftEnd}");
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(draft, options))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        // A new file never goes over a key that another process has made meanwhile.
        try
        {
            File.Move(draft, path, overwrite);
        }
        catch (IOException) when (!overwrite && File.Exists(path))
        {
            File.Delete(draft);
        }

        DirectoryFlush.Run(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Keys of a process that died while it wrote them.</summary>
    private static void DeleteDrafts(string path)
    {
        foreach (var draft in Directory.GetFiles(Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path) + ".*" + DraftEnd))
        {
            File.Delete(draft);
        }
    }

    private static void CheckMode(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        var mode = File.GetUnixFileMode(path);
        if ((mode & Others) != 0)
        {
            throw new StoreException($"the key file `{path}` is open to others (mode {Convert.ToString((int)mode, 8).PadLeft(4, '0')}); run `chmod 600 {path}`");
        }
    }

    private static List<Key> Parse(string path, string[] lines)
    {
        var keys = new List<Key>();
        if (lines.Length < 2 || lines[0] != Heading)
        {
            throw Damaged(path);
        }

        foreach (var line in lines.AsSpan(1))
        {
            var parts = line.Split(' ');
            var key = new byte[SecretBox.KeySize];
            if (parts.Length != 2
                || !uint.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
                || keys.Exists(other => other.Number == number)
                || !Convert.TryFromBase64String(parts[1], key, out var length)
                || length != SecretBox.KeySize)
            {
                throw Damaged(path);
            }

            keys.Add(new Key(number, key));
        }

        return keys;
    }

    private static SecretBox ToBox(List<Key> keys) => new(keys.ToDictionary(key => key.Number, key => key.Bytes), keys[^1].Number);

    private static StoreException Damaged(string path) =>
        new($"the key file `{path}` is damaged or comes from a newer portlight; restore it from a backup, or no stored secret can be opened");

    private sealed record Key(uint Number, byte[] Bytes);
}
