using Portlight.Cli.Settings;

namespace Portlight.Cli.Verbs;

/// <summary>The value of <c>--confirm</c>: <c>60s</c>, <c>5m</c>.</summary>
internal static class ConfirmTime
{
    private static readonly TimeSpan Most = TimeSpan.FromHours(1);

    /// <summary>Null for an option that was not given.</summary>
    /// <exception cref="UsageException">It is not whole seconds from 1 s to an hour.</exception>
    public static TimeSpan? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return SettingText.TryDuration(text, Most, out var time, out _) && time >= TimeSpan.FromSeconds(1) && time.Ticks % TimeSpan.TicksPerSecond == 0
            ? time
            : throw new UsageException($"--confirm: `{text}` must be whole seconds, minutes or an hour, from 1s to 1h, as in 60s or 5m");
    }
}
