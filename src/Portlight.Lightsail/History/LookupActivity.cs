using System.Text.Json;
using Portlight.Api;
using Portlight.Audit;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>What was done by whom in an account and region, or to one instance, newest first, from the audit log.</summary>
internal sealed class LookupActivity(Services services) : IOperation<LookupActivityRequest, LookupActivityResponse>
{
    private const int ListedEffects = 50;

    public Task<LookupActivityResponse> HandleAsync(Call call, LookupActivityRequest request)
    {
        var filter = ActivityFilter.Require(call, services, request.InstanceName, request.UserName, request.EventName, request.Kinds);
        if (request.Kind is not (null or "changes" or "ports" or "refused"))
        {
            throw Requests.Invalid([new Problem("kind", $"`{UserText.Excerpt(request.Kind)}` is none of changes, ports and refused")]);
        }

        var page = new ActivityPage<Activity>(services.Store, call, request.MaxResults, request.PageToken);
        page.Read(
            request.StartTime ?? DateTimeOffset.MinValue,
            line => filter.MayFit(line) && (request.Kind != "ports" || line.IndexOf("\"portsBefore\""u8) >= 0),
            (summary, line) => IsWanted(request, summary) && filter.Fits(summary, line),
            (summary, whole) => Make(call, filter.Subject, summary, whole));
        return Task.FromResult(new LookupActivityResponse { Activities = page.Found, NextPageToken = page.Next });
    }

    private static bool IsWanted(LookupActivityRequest request, EventSummary summary) =>
        (request.StartTime is not { } start || summary.Time >= start)
        && (request.EndTime is not { } end || summary.Time <= end)
        && request.Kind switch
        {
            "changes" => !summary.IsReadOnly,
            "ports" => summary.ChangesPorts,
            "refused" => summary.HasFailed,
            _ => true,
        };

    private Activity Make(Call call, ActivitySubject? subject, EventSummary summary, JsonElement whole)
    {
        var (before, after) = RecordedEvent.PortsOf(whole) ?? (null, null);
        var effects = PortsThen.Effects(before, after, services.Limits.Aliases);
        call.NoteSteps(GetExposure.StepsOfInstance * (1L + (before?.LetIn.Rules.Length ?? 0) + (after?.LetIn.Rules.Length ?? 0)));
        return new Activity
        {
            EventId = summary.EventId ?? "",
            At = summary.Time,
            By = RecordedEvent.ActorOf(summary, whole),
            EventName = summary.EventName ?? "",
            Kind = ActivityFilter.KindOf(summary),
            EventSource = summary.EventSource ?? "",
            IsReadOnly = summary.IsReadOnly,
            // A caller that may know of one instance is told of no other that the call named.
            Resources = subject is { IsAnyOfTheName: false }
                ? [new ActivityResource(ActivitySubject.InstanceType, subject.Name)]
                : [.. summary.Resources.Select(resource => new ActivityResource(resource.ResourceType ?? "", resource.ResourceName ?? ""))],
            ErrorCode = RecordedEvent.Text(whole, "errorCode"),
            ErrorMessage = RecordedEvent.Text(whole, "errorMessage"),
            Cause = RecordedEvent.Cause(whole),
            Reason = RecordedEvent.Reason(summary, whole),
            Effects = [.. effects.Take(ListedEffects).Select(effect => effect.ToWire())],
            FurtherEffects = Math.Max(0, effects.Count - ListedEffects),
            TagsBefore = RecordedEvent.TagsOf(whole, "tagsBefore"),
            TagsAfter = RecordedEvent.TagsOf(whole, "tagsAfter"),
        };
    }
}
