using System.Runtime.InteropServices;

namespace Portlight.Agent.Links;

/// <summary>struct ndmsg of linux/neighbour.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NeighbourHeader
{
    internal const ushort Get = 30; // RTM_GETNEIGH
    internal const ushort Destination = 1; // NDA_DST
    internal const ushort LinkAddress = 2; // NDA_LLADDR

    public byte Family;
    public byte Padding;
    public ushort Padding2;
    public int Index;
    public ushort State;
    public byte Flags;
    public byte Type;
}
