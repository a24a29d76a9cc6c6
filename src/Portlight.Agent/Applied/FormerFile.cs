using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Portlight.Domain;
using Portlight.Linux;
using Portlight.Nftables;

namespace Portlight.Agent.Applied;

/// <summary>
/// The file as the run before has left it, on the disk for sure. It is there where every line of it is whole and of this build's form; what else it may be is of no use
/// here, and a new picture takes its place.
/// </summary>
/// <param name="File">To be written on.</param>
/// <param name="Header">Its first line, without the line feed.</param>
/// <param name="Attachments">How many the picture has.</param>
/// <param name="PictureLength">Bytes of the picture.</param>
/// <param name="Lines">What it says last of each attachment, by key.</param>
internal sealed record FormerFile(FileStream File, byte[] Header, int Attachments, long PictureLength, Dictionary<string, byte[]> Lines) : IDisposable
{
    private const long LongestFile = 1 << 30;

    // As they are written; no name or text has a quotation mark that is not escaped.
    private static readonly byte[] InPeerGroup = [.. "\"peerGroup\":"u8];
    private static readonly byte[] Removed = [.. "\"removed\":"u8];

    /// <summary>What it says of everything is what a picture with these options would say.</summary>
    internal bool IsOf(InstallationId installation, RulesetOptions options) =>
        AppliedLine.Of(AppliedHeader.Of(installation, options, Attachments), AppliedJson.Default.AppliedHeader).AsSpan(..^1).SequenceEqual(Header);

    /// <summary>The places of it that outlive a boot.</summary>
    internal IEnumerable<string> LastingKeys => Lines.Where(line => line.Value.AsSpan().IndexOf(InPeerGroup) < 0).Select(line => line.Key);

    /// <summary>Null where there is none to go on with. The process before may have been killed between writing and flushing, so it is flushed here.</summary>
    internal static FormerFile? Read(string path)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0 });
            if (IsOthersToRead(file.SafeFileHandle) || file.Length > LongestFile)
            {
                file.Dispose();
                return null;
            }

            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            if (Read(file, bytes) is not { } former)
            {
                file.Dispose();
                return null;
            }

            RandomAccess.FlushToDisk(file.SafeFileHandle);
            DirectoryFlush.Run(Path.GetDirectoryName(path)!);
            return former;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // NotSupportedException: it is a pipe, or what else has no length.
            file?.Dispose();
            return null;
        }
    }

    public void Dispose() => File.Dispose();

    private static FormerFile? Read(FileStream file, ReadOnlySpan<byte> bytes)
    {
        byte[]? first = null;
        var (records, attachments, picture, read) = (0, 0, 0L, 0L);
        var lines = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        while (bytes.IndexOf((byte)'\n') is var length and >= 0)
        {
            var line = bytes[..(length + 1)];
            bytes = bytes[(length + 1)..];
            read += line.Length;
            if (!AppliedLine.TryRead(line[..^1], out var text))
            {
                return null;
            }

            if (first is null)
            {
                if (HeaderOf(text) is not { IsNewest: true } header)
                {
                    return null;
                }

                (first, attachments) = (line[..^1].ToArray(), header.Attachments);
            }
            else if (Take(lines, line, text))
            {
                records++;
            }
            else
            {
                return null;
            }

            if (records == attachments)
            {
                picture = read;
            }
        }

        // A last line without its end is what a power cut leaves.
        return first is not null && bytes.IsEmpty && records >= attachments ? new FormerFile(file, first, attachments, picture, lines) : null;
    }

    private static AppliedHeader? HeaderOf(ReadOnlySpan<byte> text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, AppliedJson.Default.AppliedHeader);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The key comes first, as it is written; what follows is compared with what is to be there.</summary>
    private static bool Take(Dictionary<string, byte[]> lines, ReadOnlySpan<byte> line, ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            if (!reader.Read() || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("key"u8) || !reader.Read() || reader.GetString() is not { } key)
            {
                return false;
            }

            if (text.IndexOf(Removed) >= 0 && line.SequenceEqual(AppliedLine.Of(AppliedAttachment.Of(key, null), AppliedJson.Default.AppliedAttachment)))
            {
                return lines.Remove(key);
            }

            lines[key] = line.ToArray();
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsOthersToRead(SafeFileHandle file) =>
        !OperatingSystem.IsWindows() && (System.IO.File.GetUnixFileMode(file) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != UnixFileMode.None;
}
