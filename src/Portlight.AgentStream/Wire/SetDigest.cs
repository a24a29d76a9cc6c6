using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;

namespace Portlight.AgentStream.Wire;

/// <summary>
/// A digest of a set of desired instances: the SHA-256 of each, joined by exclusive or, so that one that comes, changes or goes costs one hash. It finds what differs by
/// accident; both ends are who they say they are.
/// </summary>
internal sealed class SetDigest
{
    internal const int Length = SHA256.HashSizeInBytes;

    /// <summary>Most states are shorter.</summary>
    private const int Small = 512;

    private readonly byte[] _sum = new byte[Length];

    internal static ByteString Of(IEnumerable<Desired> all) => Sum(all).Value;

    internal static SetDigest Sum(IEnumerable<Desired> all)
    {
        var digest = new SetDigest();
        foreach (var one in all)
        {
            digest.Flip(one);
        }

        return digest;
    }

    internal ByteString Value => ByteString.CopyFrom(_sum);

    /// <summary>Adds one that is not in the set, or takes away one that is.</summary>
    internal void Flip(Desired one)
    {
        Span<byte> hash = stackalloc byte[Length];
        Span<byte> head = stackalloc byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(head, one.Index);
        BinaryPrimitives.WriteInt64BigEndian(head[sizeof(long)..], one.Revision);
        var length = head.Length + one.State.Length;
        var rented = length > Small ? ArrayPool<byte>.Shared.Rent(length) : null;
        var whole = rented is null ? stackalloc byte[Small] : rented.AsSpan();
        head.CopyTo(whole);
        one.State.Span.CopyTo(whole[head.Length..]);
        SHA256.HashData(whole[..length], hash);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        for (var i = 0; i < Length; i++)
        {
            _sum[i] ^= hash[i];
        }
    }
}
