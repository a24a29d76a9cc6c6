using System.Globalization;
using Portlight.Api;
using Portlight.Audit;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>
/// How much was done of each kind in an account and region, or to one instance, over a span of time, from the audit log. There is no table of counts, which each write would pay for: a call counts as much of the log
/// as it may look through, and the caller adds up what calls have counted. What it keeps meanwhile is a number for each step and kind.
/// </summary>
internal sealed class CountActivity(Services services) : IOperation<CountActivityRequest, CountActivityResponse>
{
    private const int MostSteps = 1_000;
    private const int LeastStep = 60;
    private const int UsualStep = 900;

    private static readonly TimeSpan Usual = TimeSpan.FromDays(1);

    public Task<CountActivityResponse> HandleAsync(Call call, CountActivityRequest request)
    {
        var filter = ActivityFilter.Require(call, services, request.InstanceName, request.UserName, request.EventName, request.Kinds);
        var end = request.EndTime ?? services.Clock.GetUtcNow();
        var begin = request.StartTime ?? (end - DateTimeOffset.MinValue > Usual ? end - Usual : DateTimeOffset.MinValue);
        var step = request.StepSeconds ?? UsualStep;
        Require(request, begin, end, step);
        var counts = new Dictionary<string, long[]>(StringComparer.Ordinal);
        var steps = (int)Math.Ceiling((end - begin).TotalSeconds / step);
        var first = Paging.ReadPosition(call, request.PageToken, Paging.IsNumber) is { } position ? long.Parse(position, CultureInfo.InvariantCulture) : long.MaxValue;
        var (reached, at) = (first, end);
        var rest = AuditScan.Run(services.Store, call, first, begin, (sequence, newest, line) =>
        {
            (reached, at) = (sequence, newest);
            if (filter.MayFit(line) && EventSummary.Read(line) is { } summary && summary.Time >= begin && summary.Time < end && filter.Fits(summary, line))
            {
                var kind = ActivityFilter.KindOf(summary);
                var ofKind = counts.TryGetValue(kind, out var known) ? known : counts[kind] = new long[steps];
                ofKind[(summary.Time - begin).Ticks / (step * TimeSpan.TicksPerSecond)]++;
            }

            return false;
        });
        return Task.FromResult(new CountActivityResponse
        {
            Begin = begin,
            StepSeconds = step,
            Counts = [.. ActivityKinds.All.Where(counts.ContainsKey).Select(kind => new ActivityCount { Kind = kind, Steps = counts[kind] })],
            CountedSince = rest is null && !IsForgottenBefore(reached) ? begin : at < begin ? begin : at < end ? at : end,
            NextPageToken = rest is null ? null : PageToken.Of(call, rest.Value.ToString(CultureInfo.InvariantCulture)),
        });
    }

    /// <summary>Whether the log had events before this one, and has them no more.</summary>
    private bool IsForgottenBefore(long sequence) => services.Store.View.AuditStart.Sequence is > 0 and var forgotten && sequence <= forgotten + 1;

    private static void Require(CountActivityRequest request, DateTimeOffset begin, DateTimeOffset end, int step)
    {
        List<Problem> problems = [];
        if (request is { PageToken: not null, EndTime: null })
        {
            problems.Add(new Problem("endTime", "is missing: the pages of one question end at the same time"));
        }

        if (step < LeastStep)
        {
            problems.Add(new Problem("stepSeconds", $"is {step}; it must be {LeastStep} at least"));
        }
        else if ((end - begin).TotalSeconds > (double)step * MostSteps)
        {
            problems.Add(new Problem("stepSeconds", $"makes more than {MostSteps} steps of the time between startTime and endTime"));
        }

        if (begin >= end)
        {
            problems.Add(new Problem("startTime", "is not before endTime"));
        }

        if (problems.Count > 0)
        {
            throw Requests.Invalid(problems);
        }
    }
}
