using Microsoft.Extensions.Logging;
using Portlight.Api;
using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Audit;

/// <summary>
/// Where every call becomes an event: one that writes, in the transaction of what it changes; any other, before its answer goes out. A call whose changes are
/// durable and which then fails gets a second event, which names the first. Docs: docs/audit.md.
/// </summary>
internal sealed partial class AuditLog(IStore store, string ownerAccountId, string homeRegion, KeyShares shares, TimeProvider clock, ILogger<AuditLog> log)
{
    private long _waiting;
    private int _isFailing;

    /// <summary>Region of events of IAM and STS, which belong to no region (CloudTrail user guide, global service events).</summary>
    public const string GlobalRegion = "us-east-1";

    public UnknownCallers Unknown { get; } = new(clock);

    public UnrecordedCalls Unrecorded { get; } = new(clock);

    /// <summary>Calls whose event the store has not taken yet.</summary>
    public long Waiting => Interlocked.Read(ref _waiting);

    /// <summary>Records a call that has ended, unless its event is recorded with its changes and says all there is to say.</summary>
    /// <exception cref="ThrottlingException">The key or its account has filled its share of the log, and the call would have handed out a secret.</exception>
    /// <exception cref="StoreException">The event cannot be written: the call must not be answered as if it could.</exception>
    public async ValueTask RecordAsync(Call call, LightsailException? error)
    {
        if (error is null && call.Audit.RecordedEventId is not null)
        {
            return;
        }

        var isKnown = call.Principal.Type != PrincipalType.Anonymous;
        var recipient = isKnown ? call.Principal.AccountId : ownerAccountId;
        if (isKnown ? IsTooMuch(call, recipient, error) : !Unknown.TryTake(call.Origin.Source))
        {
            return;
        }

        var ended = new AuditedCall(call)
        {
            Error = error,
            Recipient = recipient,
            Region = RegionOf(call),
            LeftOut = recipient == ownerAccountId ? Unknown.TakeUntold() : 0,
            SharedEventId = call.Audit.AlsoFor is null ? null : Ids.Random().ToString(),
        };
        Interlocked.Increment(ref _waiting);
        try
        {
            if (call.Audit.AlsoFor is { } other)
            {
                // First, so that the one that is waited for brings it along.
                await store.RecordAsync(ToEvent(new AuditedCall(call) { Error = error, Recipient = other, Region = ended.Region, SharedEventId = ended.SharedEventId, IsForOther = true }));
            }

            // A secret must not be handed out before it is certain that the log says so.
            await store.RecordAsync(ToEvent(ended), untilDurable: error is null && call.Entry!.HandsOutSecret);
            Volatile.Write(ref _isFailing, 0);
        }
        catch (Exception problem) when (problem is StoreException or ObjectDisposedException)
        {
            NoteUnrecorded(ended, problem);
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Whether a call is only counted, because its key or its account has filled its share of the log. What has changed something is always recorded.</summary>
    /// <exception cref="ThrottlingException">It would have handed out a secret that no event tells of.</exception>
    private bool IsTooMuch(Call call, string recipient, LightsailException? error)
    {
        if (call.Audit.RecordedEventId is not null || shares.FullFor(call.Principal) is not { } reason)
        {
            return false;
        }

        var refusal = error is null && call.Entry!.HandsOutSecret ? new ThrottlingException() : null;
        Unrecorded.Note(call, recipient, reason, (error ?? refusal)?.Type);
        return refusal is null ? true : throw refusal;
    }

    private void NoteUnrecorded(AuditedCall ended, Exception problem)
    {
        Unknown.PutBack(ended.LeftOut);
        Unrecorded.Note(ended.Call, ended.Recipient, UnrecordedCalls.NotWritten, ended.Error?.Type ?? nameof(ServiceException));
        if (Interlocked.Exchange(ref _isFailing, 1) == 0)
        {
            LogFailing(log, problem);
        }
    }

    /// <summary>Adds a call to its own changes, if there are any. It may be called several times, and counts for the changes that become durable.</summary>
    /// <param name="call">A call that was found to be allowed.</param>
    /// <param name="view">What was stored before.</param>
    /// <param name="changes">What the call changes.</param>
    /// <param name="result">What the preparation returns.</param>
    public void RecordWith(Call call, IStoreView view, Changes changes, object? result)
    {
        if (changes.IsEmpty || call.Audit.RecordedEventId is not null)
        {
            return;
        }

        var written = new AuditedCall(call) { Recipient = call.Principal.AccountId, Region = RegionOf(call), View = view, Changes = changes, Result = result };
        var recorded = Write(written);
        changes.Record(recorded);
        changes.WhenDurable(() =>
        {
            call.Audit.RecordedEventId = written.EventId;
            shares.Fill(call.Principal, recorded.Json.Length);
        });
    }

    private AuditEvent ToEvent(AuditedCall call)
    {
        var recorded = Write(call);
        shares.Fill(call.Call.Principal, recorded.Json.Length);
        return recorded;
    }

    private AuditEvent Write(AuditedCall call)
    {
        var at = clock.GetUtcNow();
        return new AuditEvent(at, AuditEventJson.Write(call, at));
    }

    /// <summary>A lookup may be signed for a region that is not open; it counts as one of the installation's own region, or its caller could read the log where nobody looks for it.</summary>
    private string RegionOf(Call call) => call.Entry?.Service switch
    {
        { SpeaksQuery: true } => GlobalRegion,
        { IsForEveryRegion: true } when store.View.FindRegion(call.Region) is null => homeRegion,
        _ => call.Region.Length > 0 ? call.Region : homeRegion,
    };

    [LoggerMessage(4103, LogLevel.Error, "the audit log cannot be written: until it can, calls fail and are counted")]
    private static partial void LogFailing(ILogger logger, Exception problem);
}
