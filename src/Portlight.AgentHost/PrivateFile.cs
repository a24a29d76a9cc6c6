using Portlight.AgentProtocol;
using Portlight.Linux;

namespace Portlight.AgentHost;

/// <summary>Files with a secret: for their owner alone, and replaced whole or not at all.</summary>
internal static class PrivateFile
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>On the disk when this returns.</summary>
    /// <exception cref="IOException">It is not; the former one stays.</exception>
    internal static void Write(string path, ReadOnlySpan<byte> content)
    {
        var draft = path + ".new";
        File.Delete(draft);
        using (var file = new FileStream(draft, Creation()))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
        DirectoryFlush.Run(Path.GetDirectoryName(Path.GetFullPath(path))!);
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

    /// <exception cref="AgentException">Others can read it.</exception>
    internal static void Require(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(Own | UnixFileMode.UserExecute)) != 0)
        {
            throw new AgentException($"{path} holds this machine's private key and is open to others: `chmod 600 {path}`, and if somebody may have read it, join again with a new token");
        }
    }
}
