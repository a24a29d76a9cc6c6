using System.Globalization;
using System.Security.Cryptography;

namespace Portlight.Storage;

/// <summary>
/// The file with the keys that secrets are sealed with, <c>DIR/secret.key</c>, mode 0600: a line <c>portlight-keys 1</c>, then a line for each key, its number
/// in hexadecimal and the key in base64. The last one seals; all of them open.
/// </summary>
public static class KeyFile
{
    private const string Heading = "portlight-keys 1";

    /// <summary>
    /// Reads the keys; makes the file, with one new key, where there is none. Call it before the store is opened for the first time: that flushes the directory
    /// to the disk, so that no sealed secret outlives its key.
    /// </summary>
    /// <exception cref="StoreException">Others can read the file, or it is damaged.</exception>
    public static SecretBox OpenOrCreate(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                Create(path);
            }

            CheckMode(path);
            return Parse(path, File.ReadAllLines(path));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"the key file `{path}` cannot be read or made; check its directory and permissions", refused);
        }
    }

    private static void Create(string path)
    {
        var key = RandomNumberGenerator.GetBytes(SecretBox.KeySize);
        var number = RandomNumberGenerator.GetInt32(int.MaxValue);
        var text = string.Create(CultureInfo.InvariantCulture, $"{Heading}\n{number:x8} {Convert.ToBase64String(key)}\n");
        var draft = $"{path}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.new";
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

        // Whole or not at all, and never over a key that another process has made meanwhile.
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
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

    private static SecretBox Parse(string path, string[] lines)
    {
        var keys = new Dictionary<uint, byte[]>();
        var current = 0u;
        if (lines.Length < 2 || lines[0] != Heading)
        {
            throw Damaged(path);
        }

        foreach (var line in lines.AsSpan(1))
        {
            var parts = line.Split(' ');
            var key = new byte[SecretBox.KeySize];
            if (parts.Length != 2
                || !uint.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out current)
                || !Convert.TryFromBase64String(parts[1], key, out var length)
                || length != SecretBox.KeySize)
            {
                throw Damaged(path);
            }

            keys[current] = key;
        }

        return new SecretBox(keys, current);
    }

    private static StoreException Damaged(string path) =>
        new($"the key file `{path}` is damaged or comes from a newer portlight; restore it from a backup, or no stored secret can be opened");
}
