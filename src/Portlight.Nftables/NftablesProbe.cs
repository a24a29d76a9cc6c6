using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Nftables.Compiling;
using Portlight.Nftables.Kernel;
using Portlight.Nftables.Netlink;

namespace Portlight.Nftables;

/// <summary>Finds out whether ports can be enforced here, without changing anything: a transaction with one of everything is checked by the kernel and reverted.</summary>
public static class NftablesProbe
{
    private const string ProbeTable = "portlight-probe";

    // A kernel that has said so goes on being able to; each question costs it ten milliseconds.
    private static volatile bool _canOwn;
    private static volatile bool _hasBridgeTable;
    private static volatile bool _canNote;

    /// <summary>What is missing, in words for an operator; empty when nothing is and the kernel can enforce.</summary>
    public static ImmutableArray<string> FindWhatIsMissing()
    {
        try
        {
            using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
            socket.ReserveReceiveBuffer(1 << 20);

            // A kernel that takes all of it in a table that is owned has answered both questions.
            _canOwn = Check(socket, TableProtection.Owned).Count == 0;
            var takesAll = _canOwn || Check(socket, TableProtection.Watched).Count == 0;
            _canNote |= takesAll;
            return takesAll ? [] : [.. Check(socket, TableProtection.Watched, notes: false).Select(Describe).Distinct().Take(8)];
        }
        catch (NetlinkException failure)
        {
            return [$"nf_tables: {failure.Message}"];
        }
    }

    /// <summary>
    /// Why this kernel does not take our table of the family bridge, in its own word; null when it does. Whether connection tracking sees what a bridge carries is another question.
    /// </summary>
    public static string? WhyNoBridgeTable()
    {
        if (_hasBridgeTable)
        {
            return null;
        }

        try
        {
            using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
            socket.ReserveReceiveBuffer(1 << 20);
            using var batch = new NftablesBatch(socket, ProbeTable);
            batch.Begin();
            TableDifference.Whole(TableSpec.Compile(OneOfEverything(notes: false)), new TableMark(default, TableProtection.Watched, socket.PortId), actual: null).Also!.Write(batch, null);
            var objections = batch.Check();
            _hasBridgeTable = objections.Count == 0;
            return objections is [var first, ..] ? Describe(first) : null;
        }
        catch (NetlinkException failure)
        {
            return $"nf_tables: {failure.Message}";
        }
    }

    /// <summary>Whether this kernel notes what it refuses, in sets that packets fill and whose elements count and limit: Linux 5.11. One whose table has such a set does.</summary>
    /// <exception cref="NetlinkException">There is no nfnetlink here.</exception>
    public static bool CanNoteRefused()
    {
        if (!_canNote)
        {
            using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
            socket.ReserveReceiveBuffer(1 << 20);
            _canNote = TableReader.HasSet(socket, RefusalNotes.Set(TableFamily.Inet, SetRole.Refused4)) || Check(socket, TableProtection.Watched).Count == 0;
        }

        return _canNote;
    }

    /// <summary>What can keep others from changing the table here: ownership without persistence would take the table with its process, so it is both or none.</summary>
    /// <exception cref="NetlinkException">There is no nfnetlink here.</exception>
    public static TableProtection FindProtection()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        return FindProtection(socket);
    }

    internal static TableProtection FindProtection(NetlinkSocket socket)
    {
        if (_canOwn || IsShownByTable(socket))
        {
            _canOwn = true;
            return TableProtection.Owned;
        }

        // Kernels that lack one of the flags refuse it.
        using var batch = new NftablesBatch(socket, ProbeTable);
        batch.Begin();
        batch.AddTable(new TableMark(default, TableProtection.Owned, socket.PortId));
        return batch.Check().Count == 0 ? TableProtection.Owned : TableProtection.Watched;
    }

    /// <summary>
    /// Whether a table is there that outlives its owner, which answers the question: a kernel that has taken one flag knows the other (Linux 6.9 and 5.12). After a restart it is there.
    /// </summary>
    internal static bool IsShownByTable(NetlinkSocket socket)
    {
        try
        {
            return (TableReader.Find(socket).Flags & TableMark.Persist) != 0;
        }
        catch (NetlinkException)
        {
            return false; // the question itself says why
        }
    }

    private static List<(string Operation, string Subject, NetlinkError Error)> Check(NetlinkSocket socket, TableProtection protection, bool notes = true)
    {
        using var batch = new NftablesBatch(socket, ProbeTable);
        batch.Begin();
        var whole = TableDifference.Whole(TableSpec.Compile(OneOfEverything(notes)), new TableMark(default, protection, socket.PortId), actual: null);
        // Bridges are for those who have guests on them: what their table needs is asked by itself.
        whole.Also = null;
        whole.Write(batch, null);
        return batch.Check();
    }

    private static Ruleset OneOfEverything(bool notes)
    {
        var ports = PortSet.Of(
            new PortRule(new PortKey(NetworkProtocol.Tcp, 1, 2), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []),
            new PortRule(new PortKey(NetworkProtocol.Udp, 1, 1), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []));
        return new Ruleset(
            new RulesetOptions { Connections = ConnectionPolicy.Drain, NotesRefused = notes, CountsPackets = notes },
            [FilteredAttachment.Host(ports) with { Owner = new(default, 1) }, FilteredAttachment.Interface("probe", 1, ports) with { Owner = new(default, 2), PeerGroup = 1 }, FilteredAttachment.Interface("bridged", 2, ports) with { Owner = new(default, 3), IsBridged = true }]);
    }

    private static string Describe((string Operation, string Subject, NetlinkError Error) objection)
    {
        (var operation, var subject, var error) = objection;
        if (error.Errno == Errno.EPERM)
        {
            return "CAP_NET_ADMIN over this network namespace is missing: run as root, or give the program the capability (`setcap cap_net_admin+ep` on the published one)";
        }

        var reason = error.ExtendedAck is null ? Errno.Name(error.Errno) : $"{Errno.Name(error.Errno)}, `{error.ExtendedAck}`";
        return operation switch
        {
            "make" => $"nf_tables: the kernel cannot make a table ({reason})",
            "make set" => $"nf_tables sets like `{subject}`: concatenated keys need the module nft_set_hash, intervals nft_set_rbtree ({reason})",
            "make chain" => $"filter chains like `{subject}` ({reason})",
            "add a rule to chain" => $"an expression of chain `{subject}`: the modules nft_ct, nft_fib_inet, nft_fib_ipv4 and nft_fib_ipv6 are needed ({reason})",
            _ => $"{operation} `{subject}` ({reason})",
        };
    }
}
