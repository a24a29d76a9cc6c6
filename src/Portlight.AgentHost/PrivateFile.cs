using Portlight.Linux;

namespace Portlight.AgentHost;

/// <summary>Files with a secret: for their owner alone, and replaced whole or not at all.</summary>
internal static class PrivateFile
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>On the disk when this returns, and its directory's owner's: what root writes for an agent that runs as a user can be read by that user.</summary>
    /// <exception cref="IOException">It is not; the former one stays.</exception>
    internal static void Write(string path, ReadOnlySpan<byte> content)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var draft = path + ".new";
        File.Delete(draft);
        using (var file = new FileStream(draft, Creation()))
        {
            file.Write(content);
            FileOwner.Follow(file.SafeFileHandle, directory);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
        DirectoryFlush.Run(directory);
    }

    internal static FileStreamOptions Creation()
    {
        var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            creation.UnixCreateMode = Own;
        }

        return creation;
    }

    /// <summary>Null when nobody but its owner can read it.</summary>
    /// <exception cref="IOException">It is not there.</exception>
    internal static string? WhyNotPrivate(string path) => OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & ~(Own | UnixFileMode.UserExecute)) == 0
        ? null
        : $"{path} holds this machine's private key and is open to others: `chmod 600 {path}`, and if somebody may have read it, join again with a new token";
}
