using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Portlight.AgentStream.Agent;
using Portlight.AgentStream.Wire;
using Portlight.Linux;

namespace Portlight.AgentHost;

/// <summary>
/// What is in force on this machine, in <c>DIR/agent.instances</c>: 8 bytes that say so, then records (length, CRC-32C of the content, CRC-32C of these two, a <see cref="KeptRecord"/>), of which the first is a
/// picture of everything and each other a change. When the changes outgrow the picture, a new picture takes the file's place. What is told to a server is on the disk.
/// </summary>
internal sealed partial class KeptFile : IDisposable
{
    internal const string FileName = "agent.instances";

    private const long SmallestLog = 64 << 10;
    private const int HeadLength = 3 * sizeof(uint);

    private static readonly byte[] Mark = [.. "plagent"u8, 1];

    private readonly string _path;
    private readonly KeptSet _kept;
    private readonly ILogger _log;
    private FileStream? _file;
    private long _pictureLength;
    private long _length;
    private bool _isFailing;

    /// <summary>Writes every change of a set from now on.</summary>
    internal KeptFile(string directory, KeptSet kept, ILogger log)
    {
        (_path, _kept, _log) = (Path.Combine(directory, FileName), kept, log);
        kept.Changed = Write;
    }

    /// <summary>The memory of a machine that has just joined, which remembers nothing; one that is there stays.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal static void Create(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            PrivateFile.Write(path, [.. Mark, .. Record(new KeptRecord())]);
        }
    }

    /// <summary>What was kept; null when it is not whole, and why.</summary>
    internal static KeptSet? Read(string directory, out string? damage)
    {
        byte[] file;
        try
        {
            file = File.ReadAllBytes(Path.Combine(directory, FileName));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            damage = "is not there";
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            damage = $"cannot be read: {exception.Message}";
            return null;
        }

        damage = null;
        var all = new Dictionary<long, Desired>();
        Position? position = null;
        if (!file.AsSpan().StartsWith(Mark))
        {
            damage = "does not begin as it should";
            return null;
        }

        var (at, records) = (Mark.Length, 0);
        while (at < file.Length)
        {
            if (!TryRead(file.AsSpan(at), out var record, out var length))
            {
                // What a power cut has left of the last record was told to nobody.
                if (at + length < file.Length || records == 0)
                {
                    damage = $"is damaged at byte {at}";
                    return null;
                }

                break;
            }

            foreach (var index in record!.Removed)
            {
                all.Remove(index);
            }

            foreach (var desired in record.Changed)
            {
                all[desired.Index] = desired;
            }

            (position, at, records) = (record.Position, at + length, records + 1);
        }

        damage = records == 0 ? "is empty" : all.Values.Select(KeptSet.WhyUnreadable).FirstOrDefault(problem => problem is not null);
        return damage is null ? new KeptSet(all.Values, position) : null;
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

            var bytes = Record(record);
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
        byte[] picture = [.. Mark, .. Record(new KeptRecord { Position = position, Changed = { _kept.All } })];
        var draft = _path + ".new";
        File.Delete(draft);
        var file = new FileStream(draft, PrivateFile.Creation());
        try
        {
            RandomAccess.Write(file.SafeFileHandle, picture, 0);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
            File.Move(draft, _path, overwrite: true);
            DirectoryFlush.Run(Path.GetDirectoryName(_path)!);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        (_file, _pictureLength, _length) = (file, picture.Length, picture.Length);
    }

    private static byte[] Record(KeptRecord record)
    {
        var bytes = new byte[HeadLength + record.CalculateSize()];
        record.WriteTo(bytes.AsSpan(HeadLength));
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)(bytes.Length - HeadLength));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(sizeof(uint)), Checksum(bytes.AsSpan(HeadLength)));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(2 * sizeof(uint)), Checksum(bytes.AsSpan(0, 2 * sizeof(uint))));
        return bytes;
    }

    /// <summary>Reads the record at the start of what is left. False: it is not whole, and <paramref name="length"/> is how far it goes, to the end where it may be cut off.</summary>
    private static bool TryRead(ReadOnlySpan<byte> file, out KeptRecord? record, out int length)
    {
        (record, length) = (null, file.Length);
        if (file.Length < HeadLength || !file.ContainsAnyExcept((byte)0))
        {
            return false;
        }

        var content = BinaryPrimitives.ReadUInt32BigEndian(file);
        if (BinaryPrimitives.ReadUInt32BigEndian(file[(2 * sizeof(uint))..]) != Checksum(file[..(2 * sizeof(uint))]))
        {
            length = HeadLength;
            return false;
        }

        if (content > file.Length - HeadLength)
        {
            return false;
        }

        length = HeadLength + (int)content;
        var bytes = file[HeadLength..length];
        if (BinaryPrimitives.ReadUInt32BigEndian(file[sizeof(uint)..]) != Checksum(bytes))
        {
            return false;
        }

        record = KeptRecord.Parser.ParseFrom(bytes);
        return true;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var octet in bytes)
        {
            sum = BitOperations.Crc32C(sum, octet);
        }

        return ~sum;
    }

    [LoggerMessage(6201, LogLevel.Error, "{Problem}")]
    private static partial void LogFailure(ILogger logger, string problem);
}
