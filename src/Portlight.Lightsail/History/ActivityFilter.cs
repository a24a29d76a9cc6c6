using Portlight.Api;
using Portlight.Audit;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>Which events of the audit log a question about activity is for: of the caller's account and region, about an instance or about everything, and narrowed by what the caller has said.</summary>
internal sealed class ActivityFilter
{
    private readonly ActivityScope _scope;
    private readonly string? _userName;
    private readonly string? _eventName;
    private readonly HashSet<string>? _kinds;

    private ActivityFilter(ActivityScope scope, ActivitySubject? subject, string? userName, string? eventName, HashSet<string>? kinds)
    {
        (_scope, Subject, _userName, _eventName, _kinds) = (scope, subject, userName, eventName, kinds);
    }

    /// <summary>The instance that is asked about; null for everything.</summary>
    public ActivitySubject? Subject { get; }

    /// <summary>Asks whether the caller may, on the instance or on the account.</summary>
    /// <exception cref="Wire.LightsailException">It may not, or there is no such kind.</exception>
    public static ActivityFilter Require(Call call, Services services, string? instanceName, string? userName, string? eventName, IReadOnlyList<string?>? kinds)
    {
        var subject = instanceName is null ? null : ActivitySubject.Require(call, services.Store.View, Requests.RequireName(call, instanceName, "instanceName"));
        if (subject is null)
        {
            Authorization.Require(call, new AccessQuestion(call.Entry!.Action, Authorization.AccountResource(call)));
        }

        List<Problem> problems = [.. (kinds ?? []).Index().Where(one => !ActivityKinds.All.Contains(one.Item)).Select(one => new Problem(
            $"kinds[{one.Index}]", $"`{UserText.Excerpt(one.Item ?? "")}` is none of {string.Join(", ", ActivityKinds.All)}"))];
        return problems.Count > 0 ? throw Requests.Invalid(problems) : new ActivityFilter(new ActivityScope(call), subject, userName, eventName, kinds?.OfType<string>().ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>False for most lines that do not fit: they are read no further.</summary>
    public bool MayFit(ReadOnlySpan<byte> line) => Subject is null || Subject.MayBeIn(line);

    /// <summary>Whether an event fits. The whole of it is read only where its summary does not tell.</summary>
    public bool Fits(EventSummary summary, ReadOnlySpan<byte> line)
    {
        if (!_scope.Holds(summary) || _kinds?.Contains(KindOf(summary)) == false || (_eventName is not null && _eventName != summary.EventName))
        {
            return false;
        }

        if (Subject is null && _userName is null)
        {
            return true;
        }

        using var whole = RecordedEvent.Parse(line);
        return Subject?.IsIn(summary, whole.RootElement) != false && (_userName is null || _userName == RecordedEvent.ActorOf(summary, whole.RootElement).Name);
    }

    /// <summary>Which of <see cref="ActivityKinds"/> an event is.</summary>
    public static string KindOf(EventSummary summary) => summary switch
    {
        { HasFailed: true } => ActivityKinds.Refused,
        { ChangesPorts: true } => ActivityKinds.Ports,
        { IsOfNoCall: true } => ActivityKinds.Server,
        { EventName: "SignIn" } => ActivityKinds.Access,
        { IsReadOnly: true } => ActivityKinds.Reads,
        { EventSource: "iam.amazonaws.com" or "sts.amazonaws.com" } => ActivityKinds.Access,
        _ => ActivityKinds.Others,
    };
}
