using Portlight.Nftables.Compiling;

namespace Portlight.Nftables.Kernel;

/// <summary>Numbers of linux/netfilter/nf_tables.h and nfnetlink.h that more than one file needs.</summary>
internal static class NftablesMessages
{
    internal const string TableName = "portlight";
    internal const byte FamilyInet = 1;
    internal const byte FamilyBridge = 7;
    internal const int HeaderLength = 4;

    internal const ushort BatchBegin = 0x10;
    internal const ushort BatchEnd = 0x11;
    internal const ushort Subsystem = 10 << 8;
    internal const ushort NewTable = Subsystem | 0;
    internal const ushort GetTable = Subsystem | 1;
    internal const ushort DeleteTable = Subsystem | 2;
    internal const ushort NewChain = Subsystem | 3;
    internal const ushort GetChain = Subsystem | 4;
    internal const ushort DeleteChain = Subsystem | 5;
    internal const ushort NewRule = Subsystem | 6;
    internal const ushort GetRule = Subsystem | 7;
    internal const ushort DeleteRule = Subsystem | 8;
    internal const ushort NewSet = Subsystem | 9;
    internal const ushort GetSet = Subsystem | 10;
    internal const ushort DeleteSet = Subsystem | 11;
    internal const ushort NewElement = Subsystem | 12;
    internal const ushort GetElement = Subsystem | 13;
    internal const ushort DeleteElement = Subsystem | 14;
    internal const ushort NewGeneration = Subsystem | 15;
    internal const ushort GetGeneration = Subsystem | 16;

    internal const ushort FlagRequest = 0x1;
    internal const ushort FlagAck = 0x4;
    internal const ushort FlagDump = 0x300;
    internal const ushort FlagExclusive = 0x200;
    internal const ushort FlagCreate = 0x400;
    internal const ushort FlagAppend = 0x800;

    /// <summary>struct nfgenmsg: family, version 0, resource id in network order.</summary>
    internal static ReadOnlySpan<byte> Header(TableFamily table) => table == TableFamily.Bridge ? [FamilyBridge, 0, 0, 0] : [FamilyInet, 0, 0, 0];

    internal static ReadOnlySpan<byte> BatchHeader => [0, 0, 0, 10];
}
