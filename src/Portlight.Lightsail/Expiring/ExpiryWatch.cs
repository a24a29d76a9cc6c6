using Microsoft.Extensions.Logging;
using Portlight.Api;
using Portlight.Audit;
using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Storage;

namespace Portlight.Lightsail;

/// <summary>Closes what was opened for a time.</summary>
internal sealed partial class ExpiryWatch : IAsyncDisposable
{
    private readonly IStore _store;
    private readonly TimeProvider _clock;
    private readonly ILogger<ExpiryWatch> _log;
    private readonly DeadlineLoop _loop;

    public ExpiryWatch(IStore store, TimeProvider clock, ILogger<ExpiryWatch> log)
    {
        _store = store;
        _clock = clock;
        _log = log;
        _loop = new DeadlineLoop("closing of what was opened for a time", store, clock, log, TermsOf, CloseAsync, (due, problem) => LogFailed(_log, due.Name, problem));
    }

    /// <summary>What closes what is past its time.</summary>
    public DeadlineLoop Deadlines => _loop;

    public void Start() => _loop.Start();

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private static IEnumerable<Term> TermsOf(Instance instance) => instance.Expiring.IsEmpty && instance.Unconfirmed is null
        ? []
        : instance.AllExpiring.DistinctBy(one => one.Id).Select(one => new Term(one.Id, one.At, one.Within));

    private async Task CloseAsync(Deadline due)
    {
        var closed = await _store.CommitAsync((view, changes) =>
        {
            var current = view.FindInstance(due.Scope, due.Name);
            if (current?.Index != due.Index || current.AllExpiring.FirstOrDefault(one => one.Id == due.Key) is not { } expired)
            {
                return null; // closed, kept or gone in the meantime
            }

            var (now, after) = (_clock.GetUtcNow(), current.Expired(due.Key));
            var rules = string.Join(", ", current.AllExpiring.Where(one => one.Id == due.Key).Select(one => one.Rule.ToShortText()).Distinct());
            var saved = changes.Save(after);
            if (!after.Ports.Equals(current.Ports))
            {
                var operation = OperationShapes.Begin(now, saved, ExpiringRules.OperationType, $"expired at {ConfirmHeader.Text(expired.At)}");
                changes.Add(operation);
                changes.Record(Event(now, current, after, expired, rules, operation));
            }

            return rules;
        });
        if (closed.Result is { } what)
        {
            LogClosed(_log, what, due.Name);
        }
    }

    private static AuditEvent Event(DateTimeOffset now, Instance current, Instance after, ExpiringRule expired, string rules, Operation operation) => ServiceEvent.Of(
        now,
        ServiceEvent.PortsExpired,
        current,
        after,
        new Dictionary<string, string>
        {
            ["instanceName"] = current.Name,
            ["cause"] = "expired",
            ["rules"] = rules,
            ["expiresAt"] = ConfirmHeader.Text(expired.At),
            ["openedBy"] = expired.OpenedBy,
            ["openingRequestID"] = expired.RequestId,
            ["operation"] = operation.Id.ToString(),
        });

    [LoggerMessage(5005, LogLevel.Information, "{Rules} of {Instance} has expired and is closed")]
    private static partial void LogClosed(ILogger logger, string rules, string instance);

    [LoggerMessage(5006, LogLevel.Error, "what has expired of {Instance} could not be closed; trying again")]
    private static partial void LogFailed(ILogger logger, string instance, Exception problem);
}
