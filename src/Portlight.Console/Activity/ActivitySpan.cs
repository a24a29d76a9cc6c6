namespace Portlight.Console.Activity;

/// <summary>A time that is counted in steps: a bar of the picture each, and some of them a row of its table.</summary>
/// <param name="Begin">When the first row begins: at a whole one, so that rows have the times of a clock.</param>
/// <param name="End">The present.</param>
/// <param name="StepSeconds">How long a step is.</param>
/// <param name="StepsOfRow">How many steps a row of the table has.</param>
public sealed record ActivitySpan(DateTimeOffset Begin, DateTimeOffset End, int StepSeconds, int StepsOfRow)
{
    public int Steps => (int)Math.Ceiling((End - Begin).TotalSeconds / StepSeconds);

    /// <summary>About a hundred steps of the time before the present.</summary>
    public static ActivitySpan Of(TimeSpan back, DateTimeOffset now)
    {
        var (step, ofRow) = back.TotalHours switch { <= 1 => (60, 5), <= 24 => (900, 4), <= 168 => (3600, 6), _ => (21600, 4) };
        var row = (long)step * ofRow;
        return new ActivitySpan(DateTimeOffset.FromUnixTimeSeconds((now - back).ToUnixTimeSeconds() / row * row), DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds() + 1), step, ofRow);
    }
}
