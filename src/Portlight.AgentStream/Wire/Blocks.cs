using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Portlight.Domain;

namespace Portlight.AgentStream.Wire;

/// <summary>Addresses as their 4 or 16 bytes, blocks with a byte more for the length of the prefix.</summary>
internal static class Blocks
{
    internal static ByteString Write(IPAddress address) => ByteString.CopyFrom(address.GetAddressBytes());

    internal static ByteString Write(Cidr block)
    {
        var length = block.Width / 8;
        var bytes = new byte[length + 1];
        var rest = block.Network;
        for (var place = length - 1; place >= 0; place--, rest >>= 8)
        {
            bytes[place] = (byte)rest;
        }

        bytes[length] = (byte)block.PrefixLength;
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    /// <exception cref="StreamFaultException">It is none.</exception>
    internal static IPAddress ReadAddress(ByteString bytes) => bytes.Length is 4 or 16 ? new IPAddress(bytes.Span) : throw new StreamFaultException("an address has neither 4 nor 16 bytes");

    /// <exception cref="StreamFaultException">It is none.</exception>
    internal static Cidr ReadBlock(ByteString bytes)
    {
        if (bytes.Length is not (5 or 17) || bytes[^1] > (bytes.Length - 1) * 8)
        {
            throw new StreamFaultException("a block of addresses cannot be read");
        }

        UInt128 value = 0;
        foreach (var octet in bytes.Span[..^1])
        {
            value = value << 8 | octet;
        }

        return Cidr.Create(bytes.Length == 5 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6, value, bytes[^1]);
    }

    internal static ImmutableArray<IPAddress> ReadAddresses(IEnumerable<ByteString> all) => [.. all.Select(ReadAddress)];

    internal static ImmutableArray<Cidr> ReadBlocks(IEnumerable<ByteString> all) => [.. all.Select(ReadBlock)];
}
