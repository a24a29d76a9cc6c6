using System.CommandLine;
using System.Globalization;
using Portlight.Cli.Ports;
using Portlight.Cli.Settings;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary>The value of <c>--for</c>, and what it does: <c>1h</c>, <c>30m</c>, <c>7d</c>.</summary>
internal static class OpenTime
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Most = TimeSpan.FromDays(30);

    public static Option<string?> Option() => new("--for") { HelpName = "TIME", Description = "Close them again after this time (30s to 30d, as in 1h); what is open for good stays open" };

    /// <summary>Null for an option that was not given.</summary>
    /// <exception cref="UsageException">It is not whole seconds from 30 s to 30 days.</exception>
    public static TimeSpan? Parse(string? text) => text is null ? null
        : SettingText.TryDuration(text, Most, out var time, out _) && time >= Least && time.Ticks % TimeSpan.TicksPerSecond == 0 ? time
        : throw new UsageException($"--for: `{text}` must be whole seconds, minutes, hours or days, from 30s to 30d, as in 1h");

    public static async Task<int> OpenAsync(PortCalls calls, string instance, IReadOnlyList<PortInfo> rules, TimeSpan time, InvocationConfiguration console)
    {
        IReadOnlyList<ExpiringPort> expiring = [];
        return await PortOutcome.EachAsync(
            rules,
            async rule =>
            {
                var answer = await calls.OpenForAsync(rule, time);
                expiring = answer.Expiring;
                foreach (var note in answer.Notes)
                {
                    await console.Error.WriteLineAsync($"note: {note}");
                }

                return answer.Operation;
            },
            (rule, text) => Done(instance, rule, text, expiring),
            console);
    }

    public static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z";

    private static string Done(string instance, PortInfo rule, string text, IReadOnlyList<ExpiringPort> expiring)
    {
        var key = PortText.SetOf([rule]).Rules[0].Key;
        return expiring.Where(one => PortText.SetOf([one.PortState]).Rules[0].Key == key).OrderBy(one => one.ExpiresAt).LastOrDefault() is { } last
            ? $"opened {text} on {instance} until {Text(last.ExpiresAt)}"
            : $"{text} is open for good on {instance}";
    }
}
