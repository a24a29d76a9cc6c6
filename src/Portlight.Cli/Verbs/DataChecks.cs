using Portlight.Api;
using Portlight.Storage;
using Portlight.Storage.Postgres;

namespace Portlight.Cli.Verbs;

/// <summary>What the doctor finds about a data directory: room, rights, database and key file. Those of another user are one finding.</summary>
internal static class DataChecks
{
    /// <summary>SQLite's file header (https://sqlite.org/fileformat2.html, section 1.3).</summary>
    private static readonly byte[] SqliteHeader = "SQLite format 3\0"u8.ToArray();

    public static IEnumerable<DoctorFinding> Of(string directory) => Installation.IsClosed(directory)
        ? [new("data", DoctorFinding.Problem, $"{directory} is another user's, and what is in it cannot be seen: run as that user, or as root")]
        : [Itself(directory), .. Rights(directory), .. Stored(directory)];

    private static DoctorFinding Itself(string directory)
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

    private static DoctorFinding[] Stored(string directory)
    {
        try
        {
            var state = StoredState.Of(directory);
            return [state.Shared is { } shared ? Shared(shared) : Database(state.File), KeyFile(directory, state)];
        }
        catch (FailedException misfit)
        {
            return [new("database", DoctorFinding.Problem, misfit.Message)];
        }
    }

    /// <summary>That it answers, and whether what it acknowledges is on one disk.</summary>
    private static DoctorFinding Shared(string connectionText)
    {
        try
        {
            return SharedDatabase.IsAlone(connectionText)
                ? new("database", DoctorFinding.Warning, ServedStore.Alone)
                : new("database", DoctorFinding.Ok, "the database that servers share answers, and its commits wait for a standby");
        }
        catch (StoreException problem)
        {
            return new("database", DoctorFinding.Problem, problem.Message);
        }
    }

    private static DoctorFinding Database(string path)
    {
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
    private static DoctorFinding KeyFile(string directory, StoredState state)
    {
        var path = Path.Combine(directory, DataFiles.Keys);
        if (state.Shared is null && !File.Exists(state.File))
        {
            return new("key file", DoctorFinding.Warning, $"{path} belongs to a database, and there is none yet");
        }

        try
        {
            var secrets = state.CheckSecrets(path);
            return new("key file", DoctorFinding.Ok, $"{path} opens the {secrets} secrets in the database; a backup needs both{(state.Shared is null ? "" : ", and every server of the database the same file")}");
        }
        catch (StoreException refused)
        {
            return new("key file", DoctorFinding.Problem, refused.Message);
        }
    }
}
