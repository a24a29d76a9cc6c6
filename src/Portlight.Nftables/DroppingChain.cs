using Portlight.Nftables.Attributes;
using Portlight.Nftables.Compiling;
using Portlight.Nftables.Netlink;
using static Portlight.Nftables.Kernel.NftablesMessages;

namespace Portlight.Nftables;

/// <summary>
/// A chain of somebody else that packets pass beside ours and that drops what it does not accept by a rule of its own (policy drop): a port that Portlight opens
/// has to be open there too. For <c>doctor</c>: chains are listed, never rules.
/// </summary>
/// <param name="Family"><c>ip</c>, <c>ip6</c> or <c>inet</c>.</param>
/// <param name="Table">Its table.</param>
/// <param name="Name">The chain.</param>
/// <param name="Hook"><c>prerouting</c>, <c>input</c>, <c>forward</c>, <c>output</c> or <c>postrouting</c>.</param>
public sealed record DroppingChain(string Family, string Table, string Name, string Hook)
{
    private const uint PolicyDrop = 0; // NF_DROP

    // enum nf_inet_hooks of linux/netfilter.h.
    private static readonly string[] Hooks = ["prerouting", "input", "forward", "output", "postrouting"];

    /// <summary>Those of the calling thread's network namespace, but ours.</summary>
    /// <exception cref="NetlinkException">The kernel does not tell: it needs CAP_NET_ADMIN.</exception>
    public static IReadOnlyList<DroppingChain> FindAll()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        using var request = new NetlinkWriter(64);
        List<DroppingChain> found;
        uint sequence;
        do
        {
            found = [];
            request.Clear();
            sequence = socket.NextSequence();
            request.BeginMessage(GetChain, FlagRequest | FlagDump, sequence);
            request.Raw<uint>(0); // struct nfgenmsg: every family
            request.EndMessage();
        }
        while (!socket.Dump(request, sequence, "cannot list chains", message => Read(message, found)));

        return found;
    }

    private static void Read(NetlinkMessage message, List<DroppingChain> found)
    {
        var attributes = message.Attributes(HeaderLength);
        if (message.Type != NewChain
            || Name(message.Payload[0]) is not { } family
            || attributes.TextOrNull(ChainAttributes.Table) is not { } table
            || (table == TableName && message.Payload[0] == FamilyInet)
            || attributes.TextOrNull(ChainAttributes.Name) is not { } name
            || attributes.U32BigEndianOrNull(ChainAttributes.Policy) != PolicyDrop
            || !attributes.TryGet(ChainAttributes.Hook, out var hook)
            || hook.Nested.U32BigEndianOrNull(HookAttributes.Number) is not { } number
            || number >= Hooks.Length)
        {
            return;
        }

        found.Add(new DroppingChain(family, table, name, Hooks[number]));

        static string? Name(byte family) => family switch { FamilyInet => "inet", PacketNumbers.Ipv4 => "ip", PacketNumbers.Ipv6 => "ip6", _ => null };
    }
}
