namespace Portlight.Linux;

/// <summary>A file for its owner alone that is replaced whole or not at all: whichever of the two a power cut leaves is whole.</summary>
public static class WholeFile
{
    /// <summary>Puts a new file in the place of the older one, durably, and returns it open, so that more can be added.</summary>
    /// <exception cref="IOException">It is not there; the older one stays.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory belongs to another user.</exception>
    public static FileStream Replace(string path, Action<FileStream> write)
    {
        var draft = path + ".new";
        File.Delete(draft);
        var file = new FileStream(draft, Creation());
        try
        {
            write(file);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
            File.Move(draft, path, overwrite: true);
            DirectoryFlush.Run(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return file;
    }

    private static FileStreamOptions Creation()
    {
        var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            creation.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return creation;
    }
}
