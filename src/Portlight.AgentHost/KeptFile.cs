using Microsoft.Extensions.Logging;
using Portlight.AgentStream.Agent;
using Portlight.AgentStream.Wire;
using Portlight.Domain;
using Portlight.Linux;

namespace Portlight.AgentHost;

/// <summary>
/// What is in force on this machine, in <c>DIR/agent.instances</c>: 8 bytes that say so, then records (<see cref="KeptRecords"/>), of which the first is a
/// picture of everything and each other a change. When the changes outgrow the picture, a new picture takes the file's place. What is told to a server is on the disk.
/// </summary>
internal sealed partial class KeptFile : IDisposable
{
    internal const string FileName = "agent.instances";

    private const long SmallestLog = 64 << 10;
    private readonly string _path;
    private readonly InstallationId _installation;
    private readonly KeptSet _kept;
    private readonly ILogger _log;
    private FileStream? _file;
    private long _pictureLength;
    private long _length;
    private bool _isFailing;

    /// <summary>Writes every change of a set from now on.</summary>
    internal KeptFile(string directory, InstallationId installation, KeptSet kept, ILogger log)
    {
        (_path, _installation, _kept, _log) = (Path.Combine(directory, FileName), installation, kept, log);
        kept.Changed = Write;
    }

    /// <summary>The memory of a machine that has just joined, which remembers nothing; one that is there stays.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal static void Create(string directory, InstallationId installation)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            PrivateFile.Write(path, [.. KeptRecords.Mark, .. KeptRecords.Of(new KeptRecord { Installation = installation.ToString() })]);
        }
    }

    public void Dispose() => _file?.Dispose();

    private void Write(IReadOnlyDictionary<long, Desired?> changed, Position position)
    {
        try
        {
            var record = new KeptRecord { Position = position };
            record.Changed.AddRange(changed.Values.OfType<Desired>());
            record.Removed.AddRange(changed.Where(one => one.Value is null).Select(one => one.Key));
            if (changed.Count == 0 && !_isFailing)
            {
                return; // a position alone is worth no flush
            }

            var bytes = KeptRecords.Of(record);
            if (_file is null || _length + bytes.Length > 2 * _pictureLength + SmallestLog)
            {
                WritePicture(position);
            }
            else
            {
                Append(bytes);
            }

            (_isFailing, _kept.Problem) = (false, null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Enforcing goes on: the kernel has it. The next change, or comparison, writes all of it.
            _file?.Dispose();
            _file = null;
            _kept.Problem = $"{_path} cannot be written, so after a boot this machine enforces what was there before: {exception.Message}";
            if (!_isFailing)
            {
                LogFailure(_log, _kept.Problem);
            }

            _isFailing = true;
        }
    }

    private void Append(byte[] bytes)
    {
        RandomAccess.Write(_file!.SafeFileHandle, bytes, _length);
        RandomAccess.FlushToDisk(_file.SafeFileHandle);
        _length += bytes.Length;
    }

    private void WritePicture(Position position)
    {
        _file?.Dispose();
        _file = null;
        byte[] picture = [.. KeptRecords.Mark, .. KeptRecords.Of(new KeptRecord { Position = position, Changed = { _kept.All }, Installation = _installation.ToString() })];
        _file = WholeFile.Replace(_path, file => RandomAccess.Write(file.SafeFileHandle, picture, 0));
        (_pictureLength, _length) = (picture.Length, picture.Length);
    }

    [LoggerMessage(6201, LogLevel.Error, "{Problem}")]
    private static partial void LogFailure(ILogger logger, string problem);
}
