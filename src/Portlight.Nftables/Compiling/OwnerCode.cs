namespace Portlight.Nftables.Compiling;

/// <summary>
/// How a connection remembers an attachment: in its conntrack label, 128 bits of which the first half says who began it and the second who let it in. nf_tables
/// only ever adds bits to a label, so a number is written with its complement: two different ones added together are none, and two can never be taken for a
/// third.
/// </summary>
internal static class OwnerCode
{
    internal const int LabelLength = 16;
    internal const int Length = 8;

    internal static readonly byte[] Nobody = new byte[LabelLength];

    /// <summary>What the kernel is asked for: the half of the label that matters, and the device that the packet leaves by.</summary>
    internal static byte[] LeavingBy(uint device, uint owner) => [.. Of(owner), .. BitConverter.GetBytes(device), .. new byte[4]];

    internal static byte[] BegunBy(uint owner) => [.. Of(owner), .. new byte[Length]];

    internal static byte[] AdmittedBy(uint owner) => [.. new byte[Length], .. Of(owner)];

    /// <summary>The number and its complement as two words in the machine's order, which is how the kernel keeps a label.</summary>
    private static byte[] Of(uint owner)
    {
        byte[] code = new byte[Length];
        BitConverter.TryWriteBytes(code, owner);
        BitConverter.TryWriteBytes(code.AsSpan(4), ~owner);
        return code;
    }
}
