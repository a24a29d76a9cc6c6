using Portlight.Linux;

namespace Portlight.AgentHost;

/// <summary>Files with a secret: for their owner alone, and replaced whole or not at all.</summary>
internal static class PrivateFile
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>On the disk when this returns, and its directory's owner's: what root writes for an agent that runs as a user can be read by that user.</summary>
    /// <exception cref="IOException">It is not; the former one stays.</exception>
    internal static void Write(string path, byte[] content)
    {
        using var written = WholeFile.Replace(path, file =>
        {
            file.Write(content);
            FileOwner.Follow(file.SafeFileHandle, Path.GetDirectoryName(Path.GetFullPath(path))!);
        });
    }

    /// <summary>Null when nobody but its owner can read it.</summary>
    /// <exception cref="IOException">It is not there.</exception>
    internal static string? WhyNotPrivate(string path) => OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & ~(Own | UnixFileMode.UserExecute)) == 0
        ? null
        : $"{path} holds this machine's private key and is open to others: `chmod 600 {path}`, and if somebody may have read it, join again with a new token";
}
