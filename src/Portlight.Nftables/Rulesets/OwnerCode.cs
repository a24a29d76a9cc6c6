using Portlight.Domain;

namespace Portlight.Nftables;

/// <summary>
/// How a connection remembers an attachment: in its conntrack label, 128 bits of which the first half says who began it and the second who let it in. nf_tables
/// only ever adds bits to a label, so every code has as many bits: two different ones added together have more, and are no code. 64 bits have no more codes than
/// those with 32 bits set (Sperner), 2^60.6: room for the number of an instance and for 28 bits of its installation, so that a later installation on this
/// machine, which counts from one again, does not come into the connections of an earlier one.
/// </summary>
internal static class OwnerCode
{
    internal const int LabelLength = 16;
    internal const int Length = 8;
    internal const int BitsSet = 32;

    private const int Bits = 8 * Length;
    private const int NumberBits = 32;
    private const ulong InstallationMask = (1 << 28) - 1;

    internal static readonly byte[] Nobody = new byte[LabelLength];

    // By a number of bits and how many of them are set: how many such words there are.
    private static readonly ulong[,] Words = CountWords();

    /// <summary>What the kernel is asked for: the half of the label that matters, and the device that the packet leaves by.</summary>
    internal static byte[] LeavingBy(uint device, ConnectionOwner owner)
    {
        var key = BegunBy(owner);
        BitConverter.TryWriteBytes(key.AsSpan(Length), device);
        return key;
    }

    internal static byte[] BegunBy(ConnectionOwner owner) => Label(owner, at: 0);

    internal static byte[] AdmittedBy(ConnectionOwner owner) => Label(owner, at: Length);

    private static byte[] Label(ConnectionOwner owner, int at)
    {
        var label = new byte[LabelLength];
        BitConverter.TryWriteBytes(label.AsSpan(at), owner.Code);
        return label;
    }

    /// <summary>Of all words with 32 bits set, in their order, the one whose place is the installation and the number written one after the other.</summary>
    internal static ulong Of(InstallationId installation, uint number)
    {
        var place = ((installation.Value & InstallationMask) << NumberBits) | number;
        ulong word = 0;
        var left = BitsSet;
        for (var bit = Bits - 1; bit >= 0; bit--)
        {
            // Those without this bit come first.
            var without = Words[bit, left];
            if (place < without)
            {
                continue;
            }

            place -= without;
            word |= 1UL << bit;
            if (--left == 0)
            {
                break;
            }
        }

        return word;
    }

    private static ulong[,] CountWords()
    {
        var words = new ulong[Bits, BitsSet + 1];
        words[0, 0] = 1;
        for (var bits = 1; bits < Bits; bits++)
        {
            words[bits, 0] = 1;
            for (var set = 1; set <= BitsSet; set++)
            {
                words[bits, set] = words[bits - 1, set] + words[bits - 1, set - 1];
            }
        }

        return words;
    }
}
