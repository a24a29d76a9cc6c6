using Portlight.Domain;
using Portlight.Linux;
using Portlight.Nftables;

namespace Portlight.Agent.Applied;

/// <summary>
/// The file itself: a picture of everything, then a line for each change. When the changes outgrow the picture, a new picture takes the file's place.
/// Used by one thread at a time. After a failure nobody knows what is on the disk, so the next write is a new picture.
/// </summary>
internal sealed class AppliedLog(string path, InstallationId installation) : IDisposable
{
    private const long SmallestLog = 64 << 10;

    private Dictionary<string, byte[]> _lines = new(StringComparer.Ordinal);
    private RulesetOptions _options = new();
    private FileStream? _file;
    private long _pictureLength;
    private long _length;
    private bool _isFormer;

    /// <summary>Takes over a file that says what this installation's would with these options. It is written on only where it says of everything what there is; else it makes way for a new picture.</summary>
    internal void GoOnWith(FormerFile former, RulesetOptions options)
    {
        (_file, _lines, _options, _isFormer) = (former.File, former.Lines, options, true);
        (_pictureLength, _length) = (former.PictureLength, former.File.Length);
    }

    /// <summary>Makes the file say what the ruleset is now, and returns when it is on the disk.</summary>
    /// <param name="whole">All of it; null when it is known already but for what follows.</param>
    /// <param name="changed">What has changed since, by key; null for what is gone.</param>
    internal void Write(Ruleset? whole, IReadOnlyDictionary<string, FilteredAttachment?> changed)
    {
        var log = new List<ReadOnlyMemory<byte>>();
        if (whole is not null)
        {
            if (!ReferenceEquals(_options, whole.Options))
            {
                _options = whole.Options;
                Dispose();
            }

            foreach (var key in _lines.Keys.Where(key => !whole.Attachments.ContainsKey(key)).ToList())
            {
                Take(key, null, log);
            }

            foreach (var attachment in whole.Attachments.Values)
            {
                Take(attachment.Key, attachment, log);
            }
        }

        foreach (var (key, attachment) in changed)
        {
            Take(key, attachment, log);
        }

        if (_isFormer && log.Count > 0)
        {
            Dispose();
        }

        _isFormer = false;
        var length = log.Sum(line => (long)line.Length);
        if (_file is null || _length + length > (2 * _pictureLength) + SmallestLog)
        {
            WritePicture();
        }
        else if (length > 0)
        {
            Append(log, length);
        }
    }

    /// <summary>Lets go of the file; what is in it stays.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private void Take(string key, FilteredAttachment? attachment, List<ReadOnlyMemory<byte>> log)
    {
        var line = AppliedLine.Of(AppliedAttachment.Of(key, attachment), AppliedJson.Default.AppliedAttachment);
        if (attachment is null ? !_lines.Remove(key) : _lines.TryGetValue(key, out var known) && known.AsSpan().SequenceEqual(line))
        {
            return;
        }

        if (attachment is not null)
        {
            _lines[key] = line;
        }

        log.Add(line);
    }

    private void Append(List<ReadOnlyMemory<byte>> log, long length)
    {
        var file = _file!;
        _file = null;
        try
        {
            RandomAccess.Write(file.SafeFileHandle, log, _length);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        _file = file;
        _length += length;
    }

    /// <summary>A new file in the old one's place: whichever of the two a power cut leaves is whole.</summary>
    private void WritePicture()
    {
        Dispose();
        var header = AppliedHeader.Of(installation, _options, _lines.Count);
        List<ReadOnlyMemory<byte>> picture = [AppliedLine.Of(header, AppliedJson.Default.AppliedHeader), .. _lines.Values.Select(line => (ReadOnlyMemory<byte>)line)];
        _file = WholeFile.Replace(path, file => RandomAccess.Write(file.SafeFileHandle, picture, 0));
        _pictureLength = _length = picture.Sum(line => (long)line.Length);
    }
}
