using System.Globalization;

namespace Portlight.Cli.Verbs;

/// <summary>
/// Since when the SSH session lasts in which this command runs: the start of the nearest process above it that is sshd's own for that connection (proc(5)). Through sudo
/// and su it is found; not from within tmux or screen, whose server belongs to no session.
/// </summary>
internal static class SessionAge
{
    /// <summary>Ticks in a second of <c>starttime</c>: USER_HZ, which is 100 on every architecture that .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>Null when the process is in no SSH session that can be told.</summary>
    /// <param name="proc">Where procfs is, <c>/proc</c>.</param>
    /// <param name="process">The process to begin at.</param>
    public static DateTimeOffset? StartOf(string proc, int process)
    {
        try
        {
            while (process > 1)
            {
                var (name, parent, startTicks) = Read(Path.Combine(proc, process.ToString(CultureInfo.InvariantCulture), "stat"));
                if (name is "sshd" or "sshd-session" or "dropbear")
                {
                    return BootTime(proc).AddSeconds(startTicks / TicksPerSecond);
                }

                process = parent;
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or FormatException)
        {
            // Nothing can be told of it.
        }

        return null;
    }

    /// <summary><c>PID (NAME) STATE PPID …</c>, with the start as the 22nd field; the name may hold anything, brackets and spaces too.</summary>
    private static (string Name, int Parent, long StartTicks) Read(string path)
    {
        var text = File.ReadAllText(path);
        var (open, close) = (text.IndexOf('(', StringComparison.Ordinal), text.LastIndexOf(')'));
        var fields = close < 0 ? [] : text[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return open >= 0 && fields.Length > 19
            ? (text[(open + 1)..close], int.Parse(fields[1], CultureInfo.InvariantCulture), long.Parse(fields[19], CultureInfo.InvariantCulture))
            : throw new FormatException($"{path} has not the form of proc(5)");
    }

    private static DateTimeOffset BootTime(string proc)
    {
        var line = File.ReadLines(Path.Combine(proc, "stat")).FirstOrDefault(line => line.StartsWith("btime ", StringComparison.Ordinal)) ?? throw new FormatException("no btime");
        return DateTimeOffset.FromUnixTimeSeconds(long.Parse(line.AsSpan(6), CultureInfo.InvariantCulture));
    }
}
