using System.Globalization;
using Microsoft.Extensions.Logging;
using Portlight.Api;
using Portlight.Audit;
using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Storage;

namespace Portlight.Lightsail;

/// <summary>Undoes changes of ports that nobody has confirmed in time.</summary>
internal sealed partial class UnconfirmedWatch : IAsyncDisposable
{
    /// <summary>What the record of an undone change is called.</summary>
    public const string OperationType = "RevertPorts";

    private readonly IStore _store;
    private readonly TimeProvider _clock;
    private readonly ILogger<UnconfirmedWatch> _log;
    private readonly DeadlineLoop _loop;

    public UnconfirmedWatch(IStore store, TimeProvider clock, ILogger<UnconfirmedWatch> log)
    {
        _store = store;
        _clock = clock;
        _log = log;
        _loop = new DeadlineLoop("reverting of unconfirmed changes", store, clock, log, TermsOf, UndoAsync, (due, problem) => LogFailed(_log, due.Name, problem));
    }

    /// <summary>What undoes what is past its deadline.</summary>
    public DeadlineLoop Deadlines => _loop;

    public void Start() => _loop.Start();

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private static IEnumerable<Term> TermsOf(Instance instance) => instance.Unconfirmed is { } waiting ? [new Term(Key(waiting), waiting.Deadline, waiting.Within)] : [];

    private static string Key(UnconfirmedChange waiting) => waiting.Revision.ToString(CultureInfo.InvariantCulture);

    private async Task UndoAsync(Deadline due)
    {
        var undone = await _store.CommitAsync((view, changes) =>
        {
            var current = view.FindInstance(due.Scope, due.Name);
            if (current?.Index != due.Index || current.Unconfirmed is not { } waiting || Key(waiting) != due.Key)
            {
                return null; // confirmed, changed again or gone in the meantime
            }

            var now = _clock.GetUtcNow();
            var after = current.Undone();
            var operation = OperationShapes.Begin(now, changes.SaveOrRemove(current, after), OperationType, $"not confirmed by {ConfirmHeader.Text(waiting.Deadline)}");
            changes.Add(operation);
            changes.Record(Event(now, current, after, waiting, operation));
            return waiting;
        });
        if (undone.Result is { } unconfirmed)
        {
            LogUndone(_log, due.Name, unconfirmed.ChangedBy, ConfirmHeader.Text(unconfirmed.Deadline));
        }
    }

    private static AuditEvent Event(DateTimeOffset now, Instance current, Instance? after, UnconfirmedChange unconfirmed, Operation operation) => ServiceEvent.Of(
        now,
        ServiceEvent.ChangeReverted,
        current,
        after,
        new Dictionary<string, string>
        {
            ["instanceName"] = current.Name,
            ["cause"] = "not confirmed",
            ["confirmBy"] = ConfirmHeader.Text(unconfirmed.Deadline),
            ["changedBy"] = unconfirmed.ChangedBy,
            ["changeRequestID"] = unconfirmed.RequestId,
            ["detached"] = after is null ? "true" : "false",
            ["operation"] = operation.Id.ToString(),
        });

    [LoggerMessage(5001, LogLevel.Warning, "the change that {ChangedBy} made to the ports of {Instance} was not confirmed by {Deadline}: what was there before is wanted again")]
    private static partial void LogUndone(ILogger logger, string instance, string changedBy, string deadline);

    [LoggerMessage(5002, LogLevel.Error, "the unconfirmed change of {Instance} could not be undone; trying again")]
    private static partial void LogFailed(ILogger logger, string instance, Exception problem);
}
