using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Lightsail;

/// <summary>
/// Free addresses for what one write makes. Each draw begins at a number of the installation's counter, so that it is usually free at the first look and an
/// address that was given back is not given out again soon. Where it is taken, a small block is searched whole and a larger one here and there, because a write
/// may not take long: of a block of which nine tenths are in use, one draw in a thousand finds none.
/// </summary>
/// <param name="view">What is taken.</param>
/// <param name="options">The blocks.</param>
internal sealed class AddressDraw(IStoreView view, ServeOptions options)
{
    /// <summary>Lightsail's own range of private addresses.</summary>
    private static readonly Cidr PrivateRange = Cidr.Create(AddressFamily.InterNetwork, 0xAC1A_0000, 16);

    /// <summary>Addresses that one draw looks at.</summary>
    private const int LooksOfOne = 64;

    /// <summary>Addresses that all draws of a write look at, beyond the first one of each.</summary>
    private const int LooksOfAll = 256;

    private readonly HashSet<IPAddress> _drawn = [];
    private int _looks;

    /// <param name="number">A number of the counter: the index of the instance that is made, or a new one.</param>
    public IPAddress PublicIpv4(long number) => Draw(options.LabIpv4, number, Ipv4);

    public IPAddress PrivateIpv4(long number) => Draw(PrivateRange, number, Ipv4);

    public IPAddress Ipv6(long number) => Draw(options.LabIpv6, number, Ipv6Address);

    /// <exception cref="OperationFailureException">The block has no free address left, or so few that none was found.</exception>
    private IPAddress Draw(Cidr block, long number, Func<Cidr, ulong, Cidr> at)
    {
        var isSmall = block.Last - block.Network < LooksOfOne;
        for (var look = 0; look < LooksOfOne && (look == 0 || _looks++ < LooksOfAll); look++)
        {
            var place = look == 0 || isSmall ? (ulong)number + (ulong)look : (ulong)RandomNumberGenerator.GetInt32(int.MaxValue);
            var address = at(block, place).ToAddress();
            if (!view.IsAddressTaken(address) && _drawn.Add(address))
            {
                return address;
            }
        }

        throw new OperationFailureException(isSmall ? $"every address of {block} is in use" : $"nearly every address of {block} is in use, and no free one was found")
        {
            Tip = "delete an instance, release a static IP, or give the lab a larger block",
        };
    }

    /// <summary>The first and the last address of a block, its network and broadcast addresses, stay free.</summary>
    private static Cidr Ipv4(Cidr block, ulong number)
    {
        var size = (ulong)(block.Last - block.Network + 1);
        var offset = size > 2 ? 1 + (number % (size - 2)) : number % size;
        return Cidr.Create(AddressFamily.InterNetwork, block.Network + offset, 32);
    }

    /// <summary>
    /// Scattered over the block, with no group of the interface id zero: a client's test (terraform-provider-aws, <c>ipv6_addresses</c>) wants eight groups
    /// written out.
    /// </summary>
    private static Cidr Ipv6Address(Cidr block, ulong number)
    {
        // The finaliser of SplitMix64: a bijection, so that different numbers give different addresses in a /64.
        var mixed = number + 0x9E37_79B9_7F4A_7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58_476D_1CE4_E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
        mixed ^= mixed >> 31;
        for (var shift = 0; shift < 64; shift += 16)
        {
            mixed |= ((mixed >> shift) & 0xFFFF) == 0 ? 1UL << shift : 0;
        }

        return Cidr.Create(AddressFamily.InterNetworkV6, block.Network | (mixed & (block.Last ^ block.Network)), 128);
    }
}
