using System.Collections.Immutable;
using Portlight.AgentProtocol;
using Portlight.Audit;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Fleet;

/// <summary>
/// What follows when the kernel refuses a revision: its operations become Failed and what is stored goes back to what stands in the kernel, in one durable
/// commit, so that no answer ever claims ports that are not in force.
/// </summary>
internal sealed class Rejections(IStore store, HostTurn turn, TimeProvider clock)
{
    /// <param name="instance">The instance as the refused revision wanted it.</param>
    /// <param name="rejected">The refusal.</param>
    /// <param name="standing">The instance as it is in force; null when it never was.</param>
    /// <param name="undated">What of that is not wanted any more, and may have expired for all that is known.</param>
    public Task TakeBackAsync(Instance instance, AgentReport.Rejected rejected, Instance? standing, ImmutableArray<PortRule> undated) => store.CommitAsync((view, changes) =>
    {
        turn.Require(view);
        var now = clock.GetUtcNow();
        string?[] resources = [instance.Name, instance.StaticIpName, standing?.StaticIpName]; // attaching and detaching leave a record of the static IP too
        var awaiting = Fail(view, changes, instance.Scope, resources, rejected.Revision, ErrorCodes.KernelRefused, rejected.Reason, now);
        var creation = standing is null ? FindCreation(view, instance, rejected.Revision) : null;

        // What the instance was to be between what stands and this has not come into force either: the host was away. Where nothing is known to stand, as after a restart, that is everything.
        awaiting.AddRange(FailEarlier(view, changes, instance, standing?.Revision + 1 ?? creation?.AwaitsRevision ?? 0, rejected, now));

        var left = awaiting.Find(operation => operation.OperationType == ExpiringRules.OperationType) is { } expiry && standing is not null
            ? standing with { Expiring = [.. standing.Expiring, .. undated.Select(rule => Overdue(rule, expiry, now))] }
            : standing;

        // A later change was built on the refused one and is tried by itself; it is reverted when its turn comes.
        var current = view.FindInstance(instance.Scope, instance.Name);
        if (current is not null && current.Id == instance.Id && current.Revision == rejected.Revision)
        {
            Restore(changes, view, current, left, isNew: creation is { Status: not OperationStatus.Succeeded });
            if (awaiting.Count > 0 || !current.Ports.Equals(standing?.Ports)) // else it is the revert itself that was refused, and nothing is new
            {
                changes.Record(Reverted(now, current, standing, rejected, awaiting));
            }
        }

        return true;
    });

    /// <summary>
    /// Operations of a revision whose ports are in the ruleset and do not meet the packets: they have failed. What is stored stays, because it is what will hold
    /// once the interface is repaired, and nothing that was closed by it may open again until then.
    /// </summary>
    public async Task FailAsync(Instance instance, AgentReport.Unfiltered problem)
    {
        if (!Awaiting(store.View, instance.Scope, instance.Name, problem.Revision).Any())
        {
            return;
        }

        await store.CommitAsync((view, changes) =>
        {
            turn.Require(view);
            return Fail(view, changes, instance.Scope, [instance.Name, instance.StaticIpName], problem.Revision, ErrorCodes.NotFiltered, problem.Reason, clock.GetUtcNow()).Count;
        });
    }

    /// <summary>
    /// What was closed because its time was over is tried again, as where its time is known. What was closed in the same round by a call is closed with it: nobody knows the one from the other any more, and
    /// nothing is to stay open for good that was opened for a time.
    /// </summary>
    private static ExpiringRule Overdue(PortRule rule, Operation expiry, DateTimeOffset now) =>
        new() { Rule = rule, At = now + Deadlines.RetryAfter, Within = Deadlines.RetryAfter, OpenedBy = "", RequestId = expiry.Id.ToString() };

    private static List<Operation> Fail(IStoreView view, Changes changes, Scope scope, IEnumerable<string?> resources, long revision, string code, string reason, DateTimeOffset now)
    {
        var awaiting = resources.OfType<string>().Distinct().SelectMany(name => Awaiting(view, scope, name, revision)).ToList();
        awaiting.ForEach(operation => Save(changes, operation, code, reason, now));
        return awaiting;
    }

    private static Operation? FindCreation(IStoreView view, Instance instance, long revision) => Recent(view, instance.Scope, instance.Name, revision)
        .Where(operation => operation.OperationType is "CreateInstance" or "AttachInstance" && operation.AwaitsRevision <= revision)
        .MaxBy(operation => operation.AwaitsRevision);

    private static List<Operation> FailEarlier(IStoreView view, Changes changes, Instance instance, long since, AgentReport.Rejected rejected, DateTimeOffset now)
    {
        var earlier = Recent(view, instance.Scope, instance.Name, rejected.Revision)
            .Where(operation => operation.Status == OperationStatus.Started && operation.AwaitsRevision >= since && operation.AwaitsRevision < rejected.Revision)
            .ToList();
        earlier.ForEach(operation => Save(changes, operation, ErrorCodes.KernelRefused, rejected.Reason, now));
        return earlier;
    }

    private static void Save(Changes changes, Operation operation, string code, string reason, DateTimeOffset now) =>
        changes.Save(operation with { Status = OperationStatus.Failed, StatusChangedAt = now, ErrorCode = code, ErrorDetails = reason });

    /// <summary>The call's own event says what was written; this one says that it did not last, also when the call had been answered by then.</summary>
    private static AuditEvent Reverted(DateTimeOffset now, Instance current, Instance? standing, AgentReport.Rejected rejected, List<Operation> failed) => ServiceEvent.Of(
        now,
        ServiceEvent.ChangeReverted,
        current,
        standing,
        new Dictionary<string, string>
        {
            ["instanceName"] = current.Name,
            ["cause"] = "refused by the kernel",
            ["reason"] = rejected.Reason,
            ["failedOperations"] = string.Join(",", failed.Select(operation => operation.Id)),
        });

    /// <summary>The records of one resource that wait for a revision.</summary>
    private static IEnumerable<Operation> Awaiting(IStoreView view, Scope scope, string resourceName, long revision) =>
        Recent(view, scope, resourceName, revision).Where(operation => operation.Status == OperationStatus.Started && operation.AwaitsRevision == revision);

    /// <summary>
    /// The records of one resource among which those are that wait for a revision. They are listed by the time of their calls, which is nearly, not quite, the
    /// order of revisions: the search goes on past older ones by as many as can wait for the store at once.
    /// </summary>
    private static IEnumerable<Operation> Recent(IStoreView view, Scope scope, string resourceName, long revision)
    {
        const int Disorder = 5_000;
        string? before = null;
        do
        {
            var page = view.ListOperations(scope, resourceName, before, limit: 200);
            foreach (var operation in page.Operations)
            {
                if (operation.AwaitsRevision < revision - Disorder)
                {
                    yield break;
                }

                yield return operation;
            }

            before = page.Next;
        }
        while (before is not null);
    }

    private static void Restore(Changes changes, IStoreView view, Instance current, Instance? standing, bool isNew)
    {
        if (standing is not null)
        {
            RestoreStaticIps(changes, view, current, standing);
            var restored = current with
            {
                Ports = standing.Ports,
                // The same list where it is the same: else the revert of a revert would never be what is stored.
                Expiring = standing.Expiring.SequenceEqual(current.Expiring) ? current.Expiring : standing.Expiring,
                State = standing.State,
                Attachment = standing.Attachment,
                BundleId = standing.BundleId,
                IpAddressType = standing.IpAddressType,
                PublicIpv4 = standing.PublicIpv4,
                PrivateIpv4 = standing.PrivateIpv4,
                Ipv6Address = standing.Ipv6Address,
                StaticIpName = standing.StaticIpName,
                Unconfirmed = standing.Unconfirmed,
            };
            if (restored != current) // else it is the revert itself that was refused, and a new revision of it would be too, without end
            {
                changes.Save(restored);
            }
        }
        else if (current.State == InstanceState.Pending && isNew)
        {
            changes.Remove(current); // it never came into being
        }
        else if (current.State == InstanceState.Pending)
        {
            // It was stopped before this server was started, and could not be started: it is stopped still.
            changes.Save(current with { State = InstanceState.Stopped, PublicIpv4 = current.StaticIpName is null ? null : current.PublicIpv4 });
        }
    }

    private static void RestoreStaticIps(Changes changes, IStoreView view, Instance current, Instance standing)
    {
        if (current.StaticIpName == standing.StaticIpName)
        {
            return;
        }

        if (current.StaticIpName is { } attached && view.FindStaticIp(current.Scope, attached) is { } taken)
        {
            changes.Save(taken with { AttachedTo = null });
        }

        if (standing.StaticIpName is { } detached && view.FindStaticIp(current.Scope, detached) is { } given)
        {
            changes.Save(given with { AttachedTo = current.Name });
        }
    }
}
