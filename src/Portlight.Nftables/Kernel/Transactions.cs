using Portlight.Nftables.Compiling;
using Portlight.Nftables.Netlink;

namespace Portlight.Nftables.Kernel;

/// <summary>
/// Commits batches to the kernel, and counts them. One batch is one transaction; a difference that is larger than what the socket can send is several, of which the first closes.
/// For one thread at a time.
/// </summary>
/// <param name="socket">Where they go.</param>
/// <param name="longest">Bytes that the kernel takes at once.</param>
internal sealed class Transactions(NetlinkSocket socket, int longest)
{
    private const int WantedSendBuffer = 64 << 20;
    private const int WantedReceiveBuffer = 4 << 20;

    /// <summary>What one step of writing adds at most, between two looks at the length.</summary>
    private const int LongestPart = 128 << 10;

    /// <summary>How many the kernel has taken.</summary>
    public uint Committed { get; private set; }

    /// <summary>Asks the kernel for buffers that a whole ruleset fits into; it grants as much as the rights of the process allow.</summary>
    public static Transactions Over(NetlinkSocket socket, int longest)
    {
        var granted = socket.ReserveSendBuffer(WantedSendBuffer);
        socket.ReserveReceiveBuffer(WantedReceiveBuffer);
        return new Transactions(socket, Math.Min(longest, granted));
    }

    public void Commit(NftablesBatch batch)
    {
        if (batch.Commit())
        {
            Committed++;
        }
    }

    /// <summary>Removes our tables, all that there are in one transaction. False when there was none.</summary>
    public bool RemoveTables(NftablesBatch batch)
    {
        TableFamily[] there = [.. new[] { TableFamily.Inet, TableFamily.Bridge }.Where(family => TableReader.Find(socket, family).Exists)];
        batch.Begin();
        foreach (var family in there)
        {
            batch.Family = family;
            batch.RemoveTable();
        }

        try
        {
            Commit(batch);
        }
        catch (RulesetRefusedException gone) when (gone.Errno == Errno.ENOENT)
        {
            return false;
        }

        return there.Length > 0;
    }

    /// <param name="difference">What to change.</param>
    /// <param name="generation">The generation that it was made from, to be refused where there is a newer one; null to go ahead.</param>
    public void Commit(TableDifference difference, uint? generation)
    {
        using var batch = new NftablesBatch(socket);
        batch.Begin(generation);
        difference.Write(batch, null);
        if (batch.Length <= longest)
        {
            Commit(batch);
            return;
        }

        // Only without CAP_NET_ADMIN over the whole machine: the send buffer cannot be made large enough, so it is a few transactions, closed first. If one of
        // them is refused, those before it stand: everything is closed that is not open yet.
        batch.Begin(generation);
        difference.Write(batch, () => Part(batch));
        Commit(batch);
    }

    /// <summary>Commits what is written so far when there is no room for another step, and begins anew.</summary>
    /// <param name="batch">What is being written.</param>
    /// <param name="waitForTurn">Returns when what has to be committed before has been.</param>
    public void Part(NftablesBatch batch, Action? waitForTurn = null)
    {
        if (batch.Length >= longest - LongestPart)
        {
            waitForTurn?.Invoke();
            Commit(batch);
            batch.Begin();
        }
    }
}
