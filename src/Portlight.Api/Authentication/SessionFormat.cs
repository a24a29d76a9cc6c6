using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Text;

namespace Portlight.Api;

/// <summary>
/// A session as bytes, before they are sealed: a mark that no other sealed secret begins with, a version, the fields, and the terms (policies, tags) in a
/// compressed part whose size is bounded, because the token travels in a header of every request.
/// </summary>
internal static class SessionFormat
{
    /// <summary>Most bytes of the compressed terms. Sealed and in base64 they leave room for the other headers (16 KiB in all) and for a presigned URL (8 KiB).</summary>
    public const int MaxPackedTerms = 4096;

    private const int Version = 1;

    private static ReadOnlySpan<byte> Mark => "session"u8;

    /// <summary>The compressed form of what a caller gave a session; empty when that is nothing.</summary>
    public static byte[] Pack(SessionTerms terms)
    {
        if (!terms.HasPolicies && terms.Tags.IsEmpty && terms.SourceIdentity is null)
        {
            return [];
        }

        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.SmallestSize))
        using (var writer = new BinaryWriter(deflate, Encoding.UTF8))
        {
            WriteOptional(writer, terms.Policy);
            Write(writer, terms.PolicyArns);
            writer.Write7BitEncodedInt(terms.Tags.Count);
            foreach (var (key, value) in terms.Tags)
            {
                writer.Write(key);
                writer.Write(value);
                writer.Write(terms.TransitiveTagKeys.Contains(key));
            }

            WriteOptional(writer, terms.SourceIdentity);
        }

        return packed.ToArray();
    }

    public static byte[] Write(Session session, byte[] packedTerms)
    {
        using var stream = new MemoryStream(256 + packedTerms.Length);
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Mark);
        writer.Write((byte)Version);
        writer.Write((byte)session.Kind);
        writer.Write(session.AccessKeyId);
        writer.Write(session.Secret);
        writer.Write(session.AccountId);
        writer.Write(session.Name);
        writer.Write(session.Id);
        writer.Write(session.SessionName);
        writer.Write(session.OriginKeyId);
        writer.Write(session.IssuedAt.ToUnixTimeMilliseconds());
        writer.Write(session.ExpiresAt.ToUnixTimeMilliseconds());
        writer.Write7BitEncodedInt(packedTerms.Length);
        writer.Write(packedTerms);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>False for what is no session, or is one of another version of Portlight.</summary>
    public static bool TryRead(byte[] opened, [NotNullWhen(true)] out Session? session)
    {
        session = null;
        if (!opened.AsSpan().StartsWith(Mark) || opened.Length <= Mark.Length + 2 || opened[Mark.Length] != Version)
        {
            return false;
        }

        using var reader = new BinaryReader(new MemoryStream(opened), Encoding.UTF8);
        reader.BaseStream.Position = Mark.Length + 1;
        session = new Session
        {
            Kind = (SessionKind)reader.ReadByte(),
            AccessKeyId = reader.ReadString(),
            Secret = reader.ReadString(),
            AccountId = reader.ReadString(),
            Name = reader.ReadString(),
            Id = reader.ReadString(),
            SessionName = reader.ReadString(),
            OriginKeyId = reader.ReadString(),
            IssuedAt = DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64()),
            ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64()),
            Terms = Unpack(reader.ReadBytes(reader.Read7BitEncodedInt())),
        };
        return true;
    }

    private static SessionTerms Unpack(byte[] packed)
    {
        if (packed.Length == 0)
        {
            return SessionTerms.None;
        }

        using var reader = new BinaryReader(new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress), Encoding.UTF8);
        var policy = ReadOptional(reader);
        var arns = ImmutableArray.CreateBuilder<string>();
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            arns.Add(reader.ReadString());
        }

        var tags = SessionTerms.None.Tags.ToBuilder();
        var transitive = SessionTerms.NoKeys.ToBuilder();
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            var key = reader.ReadString();
            tags.Add(key, reader.ReadString());
            if (reader.ReadBoolean())
            {
                transitive.Add(key);
            }
        }

        return new SessionTerms
        {
            Policy = policy,
            PolicyArns = arns.DrainToImmutable(),
            Tags = tags.ToImmutable(),
            TransitiveTagKeys = transitive.ToImmutable(),
            SourceIdentity = ReadOptional(reader),
        };
    }

    private static void Write(BinaryWriter writer, ImmutableArray<string> texts)
    {
        writer.Write7BitEncodedInt(texts.Length);
        foreach (var text in texts)
        {
            writer.Write(text);
        }
    }

    private static void WriteOptional(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null)
        {
            writer.Write(text);
        }
    }

    private static string? ReadOptional(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;
}
