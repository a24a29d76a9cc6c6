using System.CommandLine;
using Portlight.Cli.Settings;

namespace Portlight.Cli.Verbs;

/// <summary>The value of <c>--confirm</c>: <c>60s</c>, <c>5m</c>.</summary>
internal static class ConfirmTime
{
    private static readonly TimeSpan Most = TimeSpan.FromHours(1);

    public static Option<string?> Option() => new("--confirm")
    {
        HelpName = "TIME",
        Description = "Undo it after this time (60s, 5m; at most 1h) unless `portlight confirm NAME` comes from a new session",
    };

    /// <summary>To be said before the change: afterwards this session may not be there to read it.</summary>
    public static Task TellAsync(InvocationConfiguration console, string name, TimeSpan within) =>
        console.Error.WriteLineAsync($"undone after {within.TotalSeconds} s unless confirmed: leave this session open, open a NEW one, and there run: portlight confirm {name}");

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
