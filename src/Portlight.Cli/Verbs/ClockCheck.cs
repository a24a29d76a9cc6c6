using System.Globalization;

namespace Portlight.Cli.Verbs;

/// <summary>
/// What the doctor finds about the clock. A signature that is five minutes off is refused, so a wrong clock refuses everybody. No clock of another machine is asked: this one's is held
/// against times that are on this machine and cannot be in the future.
/// </summary>
internal static class ClockCheck
{
    private const string Subject = "clock";

    /// <summary>How far a signature may be off (docs/conformance.md).</summary>
    private static readonly TimeSpan Allowed = TimeSpan.FromMinutes(5);

    /// <summary>systemd-timesyncd leaves its file at the first synchronisation; chrony and ntpd have their sockets and files.</summary>
    private static readonly string[] TimeServices = ["/run/systemd/timesync/synchronized", "/run/chrony/chronyd.pid", "/run/chronyd.pid", "/run/ntpd.pid", "/run/openntpd.pid"];

    /// <summary>What this program, the data directory and the running server tell of the time.</summary>
    public static ClockSigns Signs(string directory, DateTimeOffset? server) => new()
    {
        Built = File.GetLastWriteTimeUtc(Environment.ProcessPath!),
        Newest = Newest(directory),
        Server = server,
        HasTimeService = TimeServices.Any(File.Exists),
    };

    public static DoctorFinding Of(DateTimeOffset now, ClockSigns signs)
    {
        if (now < signs.Built)
        {
            return new(Subject, DoctorFinding.Problem, $"it says {now:u}, before this program was built: set it, or every signature will be refused");
        }

        if (signs.Newest is { } newest && newest.Time - now > Allowed)
        {
            return new(Subject, DoctorFinding.Problem, $"it says {now:u}, before {newest.File} was written ({newest.Time:u}): it was set back; set it right, or signatures will be refused");
        }

        if (signs.Server is { } server && (server - now).Duration() > Allowed)
        {
            var off = (server - now).Duration().TotalMinutes.ToString("0", CultureInfo.InvariantCulture);
            return new(Subject, DoctorFinding.Problem, $"it says {now:u}, and the running server's says {server:u}, {off} minutes off: signatures that are made here are refused");
        }

        return signs.HasTimeService
            ? new(Subject, DoctorFinding.Ok, $"{now:u}, kept by a time service")
            : new(Subject, DoctorFinding.Warning, $"{now:u}; no time service was found, and signatures five minutes off are refused: install systemd-timesyncd or chrony");
    }

    private static (string File, DateTimeOffset Time)? Newest(string directory)
    {
        try
        {
            var newest = new DirectoryInfo(directory).EnumerateFiles().MaxBy(file => file.LastWriteTimeUtc);
            return newest is null ? null : (newest.FullName, newest.LastWriteTimeUtc);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>Times of this machine that tell of its clock.</summary>
internal sealed record ClockSigns
{
    /// <summary>When this program was built.</summary>
    public required DateTimeOffset Built { get; init; }

    /// <summary>The file of the data directory that was written last; null when there is none.</summary>
    public (string File, DateTimeOffset Time)? Newest { get; init; }

    /// <summary>What the running server's clock says, to the second; null when none answers.</summary>
    public DateTimeOffset? Server { get; init; }

    public bool HasTimeService { get; init; }
}
