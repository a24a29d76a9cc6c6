using Portlight.Agent;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Server;
using Portlight.Storage;

namespace Portlight.Cli.Verbs;

/// <summary>What the doctor looks at, in the order in which a fault of one explains a fault of the next.</summary>
internal static class HealthChecks
{
    /// <summary>SQLite's file header (https://sqlite.org/fileformat2.html, section 1.3).</summary>
    private static readonly byte[] SqliteHeader = "SQLite format 3\0"u8.ToArray();

    public static async Task<IReadOnlyList<DoctorFinding>> RunAsync(string directory, CancellationToken cancellation) =>
    [
        Kernel(),
        .. Enforcement(),
        .. Rules(directory),
        .. AttachmentChecks.OfOtherFirewalls(),
        Clock(),
        DataDirectoryItself(directory),
        .. Rights(directory),
        Database(directory),
        KeyFile(directory),
        await ServerAsync(directory, cancellation),
        .. await AttachmentChecks.OfServerAsync(directory, cancellation),
    ];

    private static DoctorFinding Kernel() => new("kernel", DoctorFinding.Ok, $"Linux {HostCheck.KernelRelease}, {Environment.ProcessorCount} processors");

    private static IEnumerable<DoctorFinding> Enforcement()
    {
        var check = HostCheck.Run();
        yield return check switch
        {
            { CanEnforce: true, CanMakeLab: true } => new("enforcement", DoctorFinding.Ok, "ports can be enforced, and lab instances made"),
            { CanEnforce: true } => new("enforcement", DoctorFinding.Warning, "ports can be enforced; lab instances cannot be made"),
            _ => new("enforcement", DoctorFinding.Problem, "no packet can be filtered here; serve would only record ports"),
        };
        foreach (var problem in check.Problems)
        {
            yield return new("enforcement", check.CanEnforce ? DoctorFinding.Warning : DoctorFinding.Problem, problem);
        }
    }

    /// <summary>The rules in the kernel: whose they are, and what keeps others from changing them. Nothing where the kernel does not show them.</summary>
    private static IEnumerable<DoctorFinding> Rules(string directory)
    {
        const string Subject = "rules";
        KernelRules rules;
        InstallationId? own;
        try
        {
            rules = KernelRules.Look();
            own = InstallationFile.Read(directory);
        }
        catch (AgentException)
        {
            return [];
        }
        catch (StoreException damaged)
        {
            return [new(Subject, DoctorFinding.Problem, damaged.Message)];
        }

        var protection = rules.CanBeOwned
            ? "the kernel lets nobody but a running server change them"
            : "this kernel cannot keep others from changing them (Linux 6.9 can): a running server notices that and repairs them";
        return rules switch
        {
            { IsThere: false } => [new(Subject, DoctorFinding.Ok, $"none are in the kernel; when there are, {protection}")],
            { Installation: var there } when there is null || there != own =>
                [new(Subject, DoctorFinding.Problem, $"those in the kernel are of {(there is null ? "no installation" : $"installation {there}")}, and {directory} is {(own is null ? "none yet" : $"installation {own}")}: serve will refuse to start on it without --take-over")],
            { CanBeOwned: true, IsOwned: false } => [new(Subject, DoctorFinding.Warning, "they are in force, but no server runs that keeps others from changing them")],
            _ => [new(Subject, DoctorFinding.Ok, $"they are in force; {protection}")],
        };
    }

    /// <summary>Signatures older or newer than five minutes are refused, so a wrong clock refuses everybody. This program's own build is the past for sure.</summary>
    private static DoctorFinding Clock()
    {
        var now = TimeProvider.System.GetUtcNow();
        var built = File.GetLastWriteTimeUtc(Environment.ProcessPath!);
        if (now < built)
        {
            return new("clock", DoctorFinding.Problem, $"it says {now:u}, before this program was built: set it, or every signature will be refused");
        }

        // systemd-timesyncd leaves this file at the first synchronisation; chrony and ntpd have their sockets and files.
        string[] signs = ["/run/systemd/timesync/synchronized", "/run/chrony/chronyd.pid", "/run/chronyd.pid", "/run/ntpd.pid", "/run/openntpd.pid"];
        return signs.Any(File.Exists)
            ? new("clock", DoctorFinding.Ok, $"{now:u}, kept by a time service")
            : new("clock", DoctorFinding.Warning, $"{now:u}; no time service is seen to keep it, and signatures five minutes off are refused: install systemd-timesyncd or chrony");
    }

    private static DoctorFinding DataDirectoryItself(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return new("data", DoctorFinding.Warning, $"{directory} is not there yet; the first `portlight serve` makes it");
        }

        try
        {
            File.Open(Path.Combine(directory, ".doctor"), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose }).Dispose();
            var free = new DriveInfo(directory).AvailableFreeSpace;
            return free < 256L << 20
                ? new("data", DoctorFinding.Problem, $"{directory} has {free >> 20} MiB left; writes will soon be refused: make room")
                : new("data", DoctorFinding.Ok, $"{directory}, {free >> 20} MiB free");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new("data", DoctorFinding.Problem, $"{directory} cannot be written: {exception.Message}");
        }
    }

    /// <summary>Only those files that others can get at: the server takes these rights away when it starts, where it may.</summary>
    private static IEnumerable<DoctorFinding> Rights(string directory)
    {
        try
        {
            return PrivateFiles.FindOpen(directory) is { Count: > 0 } open
                ? [new("data", DoctorFinding.Warning, $"others have rights to {string.Join(", ", open)}: run chmod go= on them")]
                : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return []; // told by the finding before
        }
    }

    private static DoctorFinding Database(string directory)
    {
        var path = Path.Combine(directory, PortlightServer.DatabaseName);
        if (!File.Exists(path))
        {
            return new("database", DoctorFinding.Warning, $"{path} is not there yet; the first `portlight serve` makes it");
        }

        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var header = new byte[SqliteHeader.Length];
            return file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length && header.AsSpan().SequenceEqual(SqliteHeader)
                ? new("database", DoctorFinding.Ok, $"{path}, {file.Length >> 10} KiB")
                : new("database", DoctorFinding.Problem, $"{path} is no SQLite database: restore it from a backup");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new("database", DoctorFinding.Problem, exception.Message);
        }
    }

    /// <summary>A server goes on with the keys that it has read at its start, so nobody notices that the file is gone before the next one.</summary>
    private static DoctorFinding KeyFile(string directory)
    {
        var (path, database) = (Path.Combine(directory, PortlightServer.KeyFileName), Path.Combine(directory, PortlightServer.DatabaseName));
        if (!File.Exists(database))
        {
            return new("key file", DoctorFinding.Warning, $"{path} belongs to a database, and there is none yet");
        }

        try
        {
            var secrets = SealedSecrets.Check(path, database);
            return new("key file", DoctorFinding.Ok, $"{path} opens the {secrets} secrets in the database; a backup needs both");
        }
        catch (StoreException refused)
        {
            return new("key file", DoctorFinding.Problem, refused.Message);
        }
    }

    private static async Task<DoctorFinding> ServerAsync(string directory, CancellationToken cancellation)
    {
        if (EndpointFile.Read(directory) is not { } endpoint || !RunningServer.HasLocked(directory))
        {
            return new("server", DoctorFinding.Warning, "none runs on this data directory; `portlight serve` starts one");
        }

        try
        {
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
            using var answer = await http.GetAsync(new Uri(endpoint, "/healthz"), cancellation);
            return answer.IsSuccessStatusCode
                ? new("server", DoctorFinding.Ok, $"answers at {endpoint.GetLeftPart(UriPartial.Authority)}")
                : new("server", DoctorFinding.Problem, $"{endpoint} says {(int)answer.StatusCode}: {(await answer.Content.ReadAsStringAsync(cancellation)).Trim()}");
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return new("server", DoctorFinding.Problem, $"it runs, but does not answer at {endpoint}: {exception.Message}");
        }
    }
}
