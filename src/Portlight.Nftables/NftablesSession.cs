using Portlight.Domain;
using Portlight.Nftables.Compiling;
using Portlight.Nftables.Kernel;
using Portlight.Nftables.Netlink;

namespace Portlight.Nftables;

/// <summary>
/// Keeps the table `inet portlight` of this network namespace, and `bridge portlight` where guests are on bridges, as a ruleset says. <see cref="Synchronise"/> reads the table and repairs every difference;
/// <see cref="Apply"/> changes a few attachments from memory, at a cost that does not depend on how many others there are. Both are one transaction: the kernel
/// does all of it or nothing. The table stays when the session ends.
/// </summary>
public sealed class NftablesSession : IDisposable
{
    private const int Attempts = 8;
    private const int PatientAttempts = 4;

    private readonly Lock _lock = new();
    private readonly NetlinkSocket _socket;
    private readonly NftablesBatch _batch;
    private readonly Transactions _transactions;
    private readonly TableMark _mark;
    private readonly Overlap _overlap = new();
    private AppliedPicture? _picture;

    // True from the first step of a change to its last: if one fails between, or its answer is lost, memory and kernel may differ.
    private bool _isInDoubt;

    private NftablesSession(NetlinkSocket socket, InstallationId installation, TableProtection protection, int longestTransaction)
    {
        (_socket, Protection, _mark) = (socket, protection, new TableMark(installation, protection, socket.PortId));
        (_batch, _transactions) = (new NftablesBatch(socket), Transactions.Over(socket, longestTransaction));
    }

    /// <summary>Called after each commit that changed what the table means, in their order and while the session waits; must not throw.</summary>
    public Action<RulesetChange>? Committed { get; set; }

    /// <summary>Waits until no packet is on its way that has looked into a set before the last commit; must not throw. For tests something else.</summary>
    internal Action AwaitPackets { get; set; } = () => GracePeriod.Await(); // where the kernel cannot wait, a processor would have to stop for as long as a transaction takes

    /// <summary>By what the kernel's events name our own commits.</summary>
    public uint PortId => _socket.PortId;

    /// <summary>Changes when somebody else commits anything, and not when this session does.</summary>
    /// <exception cref="NetlinkException">The kernel does not tell.</exception>
    public uint ForeignGeneration
    {
        get
        {
            lock (_lock)
            {
                return TableReader.Generation(_socket) - _transactions.Committed;
            }
        }
    }

    /// <summary>What keeps others from changing the table that this session makes.</summary>
    public TableProtection Protection { get; }

    /// <summary>Opens a session on the network namespace of the calling thread. Changes nothing.</summary>
    /// <param name="installation">Whose table it keeps: a table that names another, or none, is replaced by the first <see cref="Synchronise"/>.</param>
    /// <param name="mayOwn">Own the table where the kernel can; false: as if it could not.</param>
    /// <exception cref="NetlinkException">There is no nfnetlink here.</exception>
    public static NftablesSession Open(InstallationId installation, bool mayOwn = true) => Open(installation, mayOwn, int.MaxValue);

    /// <summary>For tests: a table that is nobody's; as if the kernel granted a send buffer of a size only.</summary>
    internal static NftablesSession Open(int longestTransaction = int.MaxValue) => Open(default, mayOwn: false, longestTransaction);

    private static NftablesSession Open(InstallationId installation, bool mayOwn, int longestTransaction)
    {
        var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        try
        {
            return new NftablesSession(socket, installation, mayOwn ? NftablesProbe.FindProtection(socket) : TableProtection.Watched, longestTransaction);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The table that is in the kernel, of the family inet before that of the family bridge; null when there is none.</summary>
    /// <exception cref="NetlinkException">It cannot be read: CAP_NET_ADMIN is missing, or nf_tables.</exception>
    public FoundTable? Find()
    {
        lock (_lock)
        {
            return FoundTable.Read(_socket);
        }
    }

    /// <summary>Reads the table back and makes it what <paramref name="desired"/> says. Doing it twice changes nothing the second time.</summary>
    /// <returns>What was different.</returns>
    /// <exception cref="NetlinkException">The table cannot be read: CAP_NET_ADMIN is missing, or nf_tables.</exception>
    /// <exception cref="RulesetRefusedException">The kernel refused; what stood before stands.</exception>
    public SynchroniseReport Synchronise(Ruleset desired)
    {
        lock (_lock)
        {
            return Synchronise_NeedsLock(desired);
        }
    }

    /// <summary>
    /// Puts and removes attachments, leaving all others as they are; what means anything changes in one transaction for all of them. If the kernel finds that
    /// somebody else has changed the table, it is synchronised, together with this change.
    /// </summary>
    /// <returns>What else had to be repaired; null when nothing had, which is the rule.</returns>
    /// <exception cref="RulesetRefusedException">The kernel refused; nothing was applied, for none of the attachments.</exception>
    /// <exception cref="InvalidOperationException">There was no <see cref="Synchronise"/> before.</exception>
    public SynchroniseReport? Apply(ReadOnlySpan<FilteredAttachment> put, ReadOnlySpan<string> remove)
    {
        // The last word on each attachment counts.
        var change = new Dictionary<string, FilteredAttachment?>(put.Length + remove.Length, StringComparer.Ordinal);
        foreach (var attachment in put)
        {
            change[attachment.Key] = attachment;
        }

        foreach (var key in remove)
        {
            change[key] = null;
        }

        lock (_lock)
        {
            var picture = _picture ?? throw new InvalidOperationException("synchronise first: what the kernel holds is not known yet");
            var wasInDoubt = _isInDoubt;
            if (wasInDoubt || picture.ChangesTables(change))
            {
                var report = Synchronise_NeedsLock(picture.After(change));
                return wasInDoubt ? report : null;
            }

            try
            {
                Apply_NeedsLock(picture, change);
                return null;
            }
            catch (RulesetRefusedException full) when (full.Errno == Errno.ENFILE)
            {
                // The table is made anew with larger sets, in one transaction. Nobody has changed anything.
                Synchronise_NeedsLock(picture.After(change));
                return null;
            }
            catch (Exception again) when (again is RulesetRefusedException { CouldBeDrift: true } or NetlinkException { Errno: Errno.EMSGSIZE })
            {
                return Synchronise_NeedsLock(picture.After(change));
            }
        }
    }

    /// <summary>
    /// Puts back what stood last, from memory: for the moment in which somebody else has removed or changed the table. When it is gone, everything attached is
    /// closed by a first small transaction and gets its port sets by a second. Opens no descriptor.
    /// </summary>
    /// <returns>What was different; null when nothing is known yet, because nothing was synchronised before.</returns>
    /// <exception cref="NetlinkException">The table cannot be read.</exception>
    /// <exception cref="RulesetRefusedException">The kernel refused; what was committed before the refusal stands, closed first.</exception>
    public SynchroniseReport? Repair()
    {
        lock (_lock)
        {
            if (_picture is not { } picture)
            {
                return null;
            }

            if (TableReader.Find(_socket).Exists)
            {
                return Synchronise_NeedsLock(picture.Ruleset);
            }

            try
            {
                return Restore_NeedsLock(picture);
            }
            catch (RulesetRefusedException refusal) when (refusal.CouldBeDrift)
            {
                return Synchronise_NeedsLock(picture.Ruleset);
            }
        }
    }

    /// <summary>Removes the tables, and with them everything that Portlight put into nf_tables. False when there was none.</summary>
    /// <exception cref="RulesetRefusedException">The kernel refused.</exception>
    public bool Teardown()
    {
        lock (_lock)
        {
            _picture = null;
            return _transactions.RemoveTables(_batch);
        }
    }

    public void Dispose()
    {
        _overlap.Dispose();
        _batch.Dispose();
        _socket.Dispose();
    }

    private void Apply_NeedsLock(AppliedPicture picture, Dictionary<string, FilteredAttachment?> change)
    {
        var transitions = picture.Transitions(change);
        _isInDoubt = true;
        Step_NeedsLock(picture, transitions.Select(transition => (transition.Before, transition.Prepared)));
        Step_NeedsLock(picture, transitions.Select(transition => (transition.Prepared, transition.Decided)));
        picture.Remember(change);
        Committed?.Invoke(new RulesetChange(null, change));
        try
        {
            Step_NeedsLock(picture, transitions.Select(transition => (transition.Decided, transition.After)), AwaitPackets);
            _isInDoubt = false;
        }
        catch (Exception untidy) when (untidy is RulesetRefusedException or NetlinkException)
        {
            // The change stands. What was not tidied up lets in nothing more, and being in doubt makes the next change a comparison.
        }
    }

    private void Step_NeedsLock(AppliedPicture picture, IEnumerable<(CompiledAttachment From, CompiledAttachment To)> attachments, Action? before = null)
    {
        (var difference, var needs) = picture.Step(attachments);
        if (!difference.IsEmpty)
        {
            before?.Invoke();
            _batch.Begin();
            difference.Write(_batch, null);
            _transactions.Commit(_batch);
        }

        picture.Took(needs);
    }

    private SynchroniseReport Synchronise_NeedsLock(Ruleset desired)
    {
        var spec = TableSpec.Compile(desired);
        var impossible = 0;
        var takesOver = true;
        for (var attempt = 1; ; attempt++)
        {
            // Where others commit all the time no reading is ever undisturbed: after some tries the answer is taken as it is, and a wrong one is refused.
            var insist = attempt <= PatientAttempts;
            var actual = TableReader.Read(_socket);
            if (!actual.IsConsistent && insist)
            {
                continue;
            }

            // A difference that the kernel twice found impossible means a table stranger than we can see: make it from nothing.
            var difference = impossible < 2 ? TableDifference.Between(actual, spec, _mark) : TableDifference.Whole(spec, _mark, actual);
            var carries = takesOver && TakenOver.Read(_socket, actual, spec, difference);

            try
            {
                if (!difference.IsEmpty)
                {
                    _isInDoubt = true;
                    _transactions.Commit(difference, insist ? actual.Generation : null);
                }
            }
            catch (RulesetRefusedException refusal) when (carries && refusal.Errno != Errno.ERESTART)
            {
                // What was counted is worth less than the rules.
                takesOver = false;
                continue;
            }
            catch (RulesetRefusedException refusal) when (attempt < Attempts && (refusal.Errno == Errno.ERESTART || refusal.CouldBeDrift))
            {
                impossible += refusal.Errno == Errno.ERESTART ? 0 : 1;
                continue;
            }

            _picture = new AppliedPicture(desired, spec);
            _isInDoubt = false;
            Committed?.Invoke(new RulesetChange(desired, new Dictionary<string, FilteredAttachment?>()));
            return SynchroniseReport.Of(difference);
        }
    }

    private SynchroniseReport Restore_NeedsLock(AppliedPicture picture)
    {
        var closed = TableDifference.Closed(picture, _mark);
        using var batch = new NftablesBatch(_socket);
        batch.Begin();
        var filled = 0;
        _isInDoubt = true;
        _overlap.Run(() => _transactions.Commit(closed, null), closing => filled = picture.WriteFilling(batch, isCounting: false, () => _transactions.Part(batch, closing)));
        _transactions.Commit(batch);
        // What counts the refused lets nothing in, and takes the kernel as long as a port or two: when everything else is whole.
        batch.Begin();
        filled += picture.WriteFilling(batch, isCounting: true, () => _transactions.Part(batch));
        _transactions.Commit(batch);
        _isInDoubt = false;
        return SynchroniseReport.Of(closed, filled);
    }
}
