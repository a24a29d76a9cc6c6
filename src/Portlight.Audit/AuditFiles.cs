using System.Globalization;
using Portlight.Api;
using Portlight.Storage;

namespace Portlight.Audit;

/// <summary>
/// The files of exported events: <c>portlight-YYYY-MM-DD.jsonl</c>, readable by their owner alone. Appended to by one writer; what a crash has torn is cut off
/// and written again.
/// </summary>
internal sealed class AuditFiles(string directory) : IDisposable
{
    private const string Prefix = "portlight-";
    private const string Suffix = ".jsonl";
    private const string DayFormat = "yyyy-MM-dd";

    private FileStream? _file;
    private DateOnly _day;

    /// <summary>Where the files end: the last whole event, after what follows it was cut off; null without any.</summary>
    /// <exception cref="IOException">The files cannot be used.</exception>
    public AuditAnchor? Open()
    {
        Dispose();
        MakeDirectory();
        foreach (var (at, path) in List().OrderByDescending(one => one.Day))
        {
            if (CutAfterLastEvent(path) is { } end)
            {
                (_file, _day) = (OpenForAppending(path), at);
                return end;
            }
        }

        return null;
    }

    /// <summary>Adds whole lines to the file of a day, or of the newest day there is, so that the files' order is the events' order.</summary>
    public async Task AppendAsync(DateOnly of, ReadOnlyMemory<byte> lines)
    {
        if (_file is null || of > _day)
        {
            if (_file is not null)
            {
                await _file.DisposeAsync();
            }

            (_file, _day) = (OpenForAppending(Path.Combine(directory, Prefix + of.ToString(DayFormat, CultureInfo.InvariantCulture) + Suffix)), of);
        }

        await _file.WriteAsync(lines);
        await _file.FlushAsync();
    }

    /// <summary>Deletes the file of the oldest day, if it is before <paramref name="first"/>: see <see cref="Expiry"/>.</summary>
    public void DeleteOldestBefore(DateOnly first)
    {
        foreach (var (_, path) in List().Where(one => one.Day < first && one.Day != _day).OrderBy(one => one.Day).Take(1))
        {
            File.Delete(path);
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private List<(DateOnly Day, string Path)> List()
    {
        var found = new List<(DateOnly, string)>();
        foreach (var path in Directory.Exists(directory) ? Directory.EnumerateFiles(directory, Prefix + "*" + Suffix) : [])
        {
            var name = Path.GetFileName(path.AsSpan());
            if (DateOnly.TryParseExact(name[Prefix.Length..^Suffix.Length], DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var of))
            {
                found.Add((of, path));
            }
        }

        return found;
    }

    private void MakeDirectory()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static FileStream OpenForAppending(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    /// <summary>Cuts a file after its last whole event. Returns that event's place in the chain; null when there is none.</summary>
    private static AuditAnchor? CutAfterLastEvent(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        for (var take = 1 << 16; ; take *= 8)
        {
            var length = (int)Math.Min(Math.Min(take, Array.MaxLength), file.Length);
            var tail = new byte[length];
            file.Position = file.Length - length;
            file.ReadExactly(tail);
            if (FindLastEvent(tail, isWhole: length == file.Length, out var end) is { } anchor)
            {
                file.SetLength(file.Length - length + end);
                return anchor;
            }

            if (length == file.Length)
            {
                file.SetLength(0);
                return null;
            }
        }
    }

    /// <param name="tail">The end of a file.</param>
    /// <param name="isWhole">Whether it is all of it: else its first line may have begun before.</param>
    /// <param name="end">Where the event ends.</param>
    private static AuditAnchor? FindLastEvent(ReadOnlySpan<byte> tail, bool isWhole, out int end)
    {
        for (end = tail.LastIndexOf((byte)'\n') + 1; end > 0; end = tail[..(end - 1)].LastIndexOf((byte)'\n') + 1)
        {
            var start = tail[..(end - 1)].LastIndexOf((byte)'\n') + 1;
            if (start == 0 && !isWhole)
            {
                return null;
            }

            if (AuditChain.FindPlace(tail[start..end]) is { } anchor)
            {
                return anchor;
            }
        }

        return null;
    }
}
