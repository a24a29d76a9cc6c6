using System.Globalization;
using System.Text;
using Portlight.Console.Shell;

namespace Portlight.Console.Networking;

/// <summary>Packets over a day as a small picture and as words: the same for those that see it and those that hear it.</summary>
/// <param name="Begin">When the first step began.</param>
/// <param name="StepSeconds">How long each is.</param>
/// <param name="Steps">Packets in each; null where nobody counted.</param>
public sealed record DayCurve(DateTimeOffset Begin, int StepSeconds, IReadOnlyList<long?> Steps)
{
    public const int Width = 96;
    public const int Height = 22;

    /// <summary>Steps of one bar.</summary>
    private const int Together = 2;

    /// <summary>How many packets, as far as they were counted; null where nobody counted.</summary>
    public long? Packets => Steps.All(step => step is null) ? null : Steps.Sum(step => step ?? 0);

    /// <summary>A bar for each half hour with packets.</summary>
    public string Bars => Path((at, packets, most) => packets == 0 ? null : $"M{at * 2} {Height}v-{Math.Max(2, packets * (Height - 2) / most)}h1.5V{Height}z");

    /// <summary>A line under each half hour that was counted: where there is none, nobody counted.</summary>
    public string Base => Path((at, _, _) => $"M{at * 2} {Height - 1}h2v1h-2z");

    /// <summary>The picture in words.</summary>
    /// <param name="what">What became of the packets: <c>let in</c>.</param>
    public string Words(string what)
    {
        if (Packets is not { } packets)
        {
            return "Not counted in the last 24 hours";
        }

        var words = new StringBuilder($"In the last 24 hours {Ages.Count(packets)} {(packets == 1 ? "packet" : "packets")} {what}");
        if (packets > 0)
        {
            var bars = Grouped().ToList();
            var most = bars.IndexOf(bars.Max());
            words.Append(CultureInfo.InvariantCulture, $", most from {Time(most)} to {Time(most + 1)} UTC");
        }

        if (Grouped().TakeWhile(bar => bar is null).Count() is > 0 and var uncounted)
        {
            words.Append(CultureInfo.InvariantCulture, $"; not counted before {Time(uncounted)} UTC");
        }
        else if (Steps.Any(step => step is null))
        {
            words.Append("; not counted all the time");
        }

        return words.ToString();
    }

    /// <summary>Hour by hour, as a table has it.</summary>
    public IEnumerable<(DateTimeOffset Begin, long? Packets)> Hours =>
        Steps.Chunk(3600 / StepSeconds).Select((hour, at) => (Begin.AddHours(at), hour.All(step => step is null) ? (long?)null : hour.Sum(step => step ?? 0)));

    private string Time(int bar) => Begin.AddSeconds(bar * Together * StepSeconds).UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture);

    private IEnumerable<long?> Grouped() => Steps.Chunk(Together).Select(bar => bar.All(step => step is null) ? (long?)null : bar.Sum(step => step ?? 0));

    private string Path(Func<int, long, long, string?> draw)
    {
        var bars = Grouped().ToList();
        var most = Math.Max(1, bars.Max() ?? 0);
        return string.Concat(bars.Select((packets, at) => packets is { } known ? draw(at, known, most) : null));
    }
}
