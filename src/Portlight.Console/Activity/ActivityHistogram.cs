using System.Globalization;
using System.Text;
using Portlight.Console.Shell;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Activity;

/// <summary>How much was done of each kind over a time, as a picture, as words and as a table: the same for those that see it and those that hear it. Pages of the server's answer are added to it.</summary>
public sealed class ActivityHistogram(ActivitySpan span)
{
    public const int Height = 56;

    /// <summary>From one bar to the next.</summary>
    private const int Step = 10;

    private readonly Dictionary<string, long[]> _counts = new(StringComparer.Ordinal);

    public int Width => span.Steps * Step;

    /// <summary>Everything since then is counted; what was before it is not known.</summary>
    public DateTimeOffset CountedSince { get; private set; } = span.End;

    /// <summary>Whether all of the time is counted.</summary>
    public bool IsWhole => CountedSince <= span.Begin;

    public void Add(CountActivityResponse page)
    {
        CountedSince = page.CountedSince < CountedSince ? page.CountedSince : CountedSince;
        foreach (var count in page.Counts)
        {
            var sum = _counts.TryGetValue(count.Kind, out var known) ? known : _counts[count.Kind] = new long[span.Steps];
            for (var i = 0; i < Math.Min(sum.Length, count.Steps.Count); i++)
            {
                sum[i] += count.Steps[i];
            }
        }
    }

    public long Events(string kind) => _counts.GetValueOrDefault(kind)?.Sum() ?? 0;

    /// <summary>Bars of what went through of these kinds, and on top of them of what was refused.</summary>
    public (string Done, string Refused) Bars(IReadOnlyCollection<string> kinds)
    {
        var (done, refused) = (new StringBuilder(), new StringBuilder());
        var most = Math.Max(1, Enumerable.Range(0, span.Steps).Max(step => At(kinds, step)));
        for (var step = 0; step < span.Steps; step++)
        {
            var below = Draw(done, step, 0, At([.. kinds.Where(kind => kind != ActivityKinds.Refused)], step), most);
            Draw(refused, step, below, At([.. kinds.Where(kind => kind == ActivityKinds.Refused)], step), most);
        }

        return (done.ToString(), refused.ToString());
    }

    /// <summary>A line under what is counted: where there is none, nobody knows.</summary>
    public string Base
    {
        get
        {
            var from = Math.Clamp((int)Math.Ceiling((CountedSince - span.Begin).TotalSeconds / span.StepSeconds), 0, span.Steps) * Step;
            return $"M{from} {Height - 1}H{Width}v1H{from}z";
        }
    }

    /// <summary>The picture in words.</summary>
    public string Words(IReadOnlyCollection<string> kinds)
    {
        var rows = Rows;
        var total = kinds.Sum(Events);
        var words = new StringBuilder($"{Ages.Count(total)} {(total == 1 ? "event" : "events")} of the kinds that are chosen");
        if (total > 0)
        {
            var most = rows.MaxBy(row => kinds.Sum(row.Of))!;
            words.Append(CultureInfo.InvariantCulture, $", most from {most.Words}");
        }

        if (kinds.Contains(ActivityKinds.Refused) && Events(ActivityKinds.Refused) is > 0 and var refused)
        {
            words.Append(CultureInfo.InvariantCulture, $"; {Ages.Count(refused)} refused, most from {rows.MaxBy(row => row.Of(ActivityKinds.Refused))!.Words}");
        }

        return words.ToString();
    }

    /// <summary>The steps as a table has them, the first one first.</summary>
    public IReadOnlyList<ActivityRow> Rows
    {
        get
        {
            List<ActivityRow> rows = [];
            for (var first = 0; first < span.Steps; first += span.StepsOfRow)
            {
                var begin = span.Begin.AddSeconds((double)first * span.StepSeconds);
                rows.Add(new ActivityRow(
                    begin, begin.AddSeconds((double)span.StepsOfRow * span.StepSeconds), CountedSince <= begin,
                    _counts.ToDictionary(count => count.Key, count => count.Value.Skip(first).Take(span.StepsOfRow).Sum(), StringComparer.Ordinal)));
            }

            return rows;
        }
    }

    private long At(IReadOnlyCollection<string> kinds, int step) => kinds.Sum(kind => _counts.GetValueOrDefault(kind)?[step] ?? 0);

    /// <summary>Draws one bar; returns how high it ends. What was at all is seen.</summary>
    private static int Draw(StringBuilder path, int step, int from, long events, long most)
    {
        if (events == 0)
        {
            return from;
        }

        var gap = from == 0 ? 0 : 1;
        var height = Math.Max(2, (int)(events * (Height - 4) / most));
        path.Append(CultureInfo.InvariantCulture, $"M{step * Step} {Height - from - gap}v-{height}h{Step - 2}v{height}z");
        return from + gap + height;
    }
}
