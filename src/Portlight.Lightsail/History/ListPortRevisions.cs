using System.Text.Json;
using Portlight.Api;
using Portlight.Audit;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>The changes of an instance's ports, newest first, from the audit log.</summary>
internal sealed class ListPortRevisions(Services services) : IOperation<ListPortRevisionsRequest, ListPortRevisionsResponse>
{
    private const int ListedEffects = 200;

    public Task<ListPortRevisionsResponse> HandleAsync(Call call, ListPortRevisionsRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        var subject = ActivitySubject.Require(call, services.Store.View, name);
        var scope = new ActivityScope(call);
        var page = new ActivityPage<PortRevision>(services.Store, call, request.MaxResults, request.PageToken);
        page.Read(
            DateTimeOffset.MinValue,
            line => line.IndexOf("\"portsBefore\""u8) >= 0 && subject.MayBeIn(line),
            (summary, _) => scope.Holds(summary),
            (summary, whole) => RecordedEvent.PortsOf(whole) is var (before, after) && subject.IsIn(summary, whole) ? Revision(call, subject, summary, whole, before, after) : null);
        return Task.FromResult(new ListPortRevisionsResponse { Revisions = page.Found, NextPageToken = page.Next });
    }

    private PortRevision Revision(Call call, ActivitySubject subject, EventSummary summary, JsonElement whole, PortsThen? before, PortsThen? after)
    {
        var effects = PortsThen.Effects(before, after, services.Limits.Aliases);
        call.NoteSteps(GetExposure.StepsOfInstance * (1L + (before?.LetIn.Rules.Length ?? 0) + (after?.LetIn.Rules.Length ?? 0)));
        var (id, networks) = (RecordedEvent.OperationOf(whole, subject.Name), subject.Instance?.Attachment.PrivateRule);
        var operation = id is null ? null : services.Store.View.FindOperation(call.Scope, id.Value);
        return new PortRevision
        {
            EventId = summary.EventId ?? "",
            At = summary.Time,
            By = RecordedEvent.ActorOf(summary, whole),
            EventName = summary.EventName ?? "",
            Cause = RecordedEvent.Cause(whole),
            Reason = RecordedEvent.Reason(summary, whole),
            Before = before?.ToWire(networks, services.Options.AwsQuirks),
            After = after?.ToWire(networks, services.Options.AwsQuirks),
            Effects = [.. effects.Take(ListedEffects).Select(effect => effect.ToWire())],
            FurtherEffects = Math.Max(0, effects.Count - ListedEffects),
            OperationId = operation?.Id.ToString(),
            Revision = operation?.AwaitsRevision,
            Status = operation?.Status.ToString(),
        };
    }
}
