using System.Diagnostics;
using System.Globalization;

namespace Portlight.TestKit.Postgres;

/// <summary>
/// A PostgreSQL of Debian's packages in a directory of its own, reached by a socket there and by no network; as the user <c>postgres</c> where the tests run as root, which
/// PostgreSQL refuses. It ends with the process that started it, however that ends.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>In the name of the socket; no port is taken.</summary>
    private const int Port = 5432;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private int _schemas;

    private PostgresServer(string directory, Process process, int pid) => (Directory, _process, ProcessId) = (directory, process, pid);

    /// <summary>Where its socket and its log are, and under <c>data</c> its files.</summary>
    public string Directory { get; }

    /// <summary>Of the postmaster.</summary>
    public int ProcessId { get; }

    /// <summary>Makes one that has the role <c>portlight</c> and an empty database of that name.</summary>
    /// <param name="settings">Lines for its configuration.</param>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        var directory = await MakeDirectoryAsync();
        await RunAsync("initdb", "-D", directory + "/data", "-U", "portlight", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions", "--no-sync");
        var server = await StartInAsync(directory, settings);
        await server.SqlAsync("postgres", "CREATE DATABASE portlight");
        return server;
    }

    /// <summary>Makes a standby of a server, which replicates once it is there.</summary>
    public static async Task<PostgresServer> StandbyOfAsync(PostgresServer primary, string name)
    {
        var directory = await MakeDirectoryAsync();
        await RunAsync("pg_basebackup", "-h", primary.Directory, "-U", "portlight", "-D", directory + "/data", "-X", "stream", "-R", "-c", "fast", "--no-manifest", "--no-sync");
        return await StartInAsync(directory, $"primary_conninfo = 'host={primary.Directory} port={Port} user=portlight application_name={name}'");
    }

    /// <summary>Starts it again in its directory, after <see cref="KillAsync"/>.</summary>
    public static async Task<PostgresServer> StartAgainAsync(string directory)
    {
        // The backends of a postmaster that was killed end a moment later, and keep the memory that they shared until then.
        await UntilAsync(() => Task.FromResult(!BackendsOf(directory).Any()), () => $"the end of the backends of {directory}");
        File.Delete(directory + "/data/postmaster.pid");
        return await StartInAsync(directory);
    }

    /// <summary>A connection string of the database <c>portlight</c>.</summary>
    public string ConnectionText() => $"Host={Directory};Port={Port};Username=portlight;Database=portlight";

    /// <summary>Makes an empty schema that is a test's own, which a connection string chooses by <c>Search Path</c>: a database for each would be 7 MB of files.</summary>
    public async Task<string> CreateSchemaAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _schemas)}");
        await SqlAsync("portlight", $"CREATE SCHEMA {name}");
        return name;
    }

    /// <summary>What a statement answers, as psql prints it without ornaments.</summary>
    public async Task<string> SqlAsync(string database, params string[] statements) =>
        (await RunAsync("psql", ["-qXAt", "-v", "ON_ERROR_STOP=1", "-h", Directory, "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "portlight", "-d", database, .. statements.SelectMany(one => new[] { "-c", one })])).Trim();

    /// <summary>Makes commits wait for a standby.</summary>
    public async Task WaitForAsync(string standby)
    {
        await SqlAsync("postgres", $"ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 ({standby})'", "SELECT pg_reload_conf()");
        await UntilAsync(async () => await SqlAsync("postgres", "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1", () => "a synchronous standby");
    }

    /// <summary>Makes a standby the primary, which waits for nobody.</summary>
    public async Task PromoteAsync()
    {
        await SqlAsync("postgres", "ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()");
        await RunAsync("pg_ctl", "-D", Directory + "/data", "promote", "-w", "-t", "60");
    }

    /// <summary><c>kill -9</c> of the postmaster.</summary>
    public async Task KillAsync()
    {
        Signal("KILL", [ProcessId]);
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
    }

    /// <summary>Stops every process of it where it stands, as a frozen machine would.</summary>
    public void Freeze() => Signal("STOP", [ProcessId, .. BackendsOf(Directory)]);

    public void Thaw() => Signal("CONT", [ProcessId, .. BackendsOf(Directory)]);

    /// <summary>What its processes have had of the processors; those that have ended count with the postmaster, which waits for them.</summary>
    public TimeSpan ProcessorTime() => TimeSpan.FromMilliseconds(10 * ((IEnumerable<int>)[ProcessId, .. BackendsOf(Directory)]).Distinct().Sum(TicksOf));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Thaw();
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        await UntilAsync(() => Task.FromResult(!BackendsOf(Directory).Any()), () => $"the end of the backends of {Directory}");
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private static async Task<PostgresServer> StartInAsync(string directory, params string[] settings)
    {
        // Shared memory in its own directory: one that is killed leaves it behind in /dev/shm.
        await File.AppendAllLinesAsync(directory + "/data/postgresql.auto.conf", [
            "dynamic_shared_memory_type = mmap",
            "listen_addresses = ''", $"unix_socket_directories = '{directory}'", $"port = {Port}", "max_wal_senders = 8", "wal_receiver_timeout = 5s", "wal_sender_timeout = 5s", .. settings]);

        // The shell ends when its input does, and takes the server along: no server outlives the tests, even if those are killed.
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", """(exec "$@" >>"$LOG" 2>&1 </dev/null) & pid=$!; echo "$pid"; read -r _; kill -CONT "$pid" $(cat "/proc/$pid/task/$pid/children" 2>/dev/null) 2>/dev/null; kill -QUIT "$pid" 2>/dev/null; wait "$pid" """, "sh" },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["LOG"] = directory + "/log" },
        };
        foreach (var word in AsOwner("postgres", "-D", directory + "/data"))
        {
            start.ArgumentList.Add(word);
        }

        var process = Process.Start(start)!;
        var server = new PostgresServer(directory, process, int.Parse((await process.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture));
        await UntilAsync(
            async () => await IsAnsweringAsync(server),
            () => $"PostgreSQL in {directory}: {(File.Exists(directory + "/log") ? File.ReadAllText(directory + "/log") : "no log")}");
        return server;
    }

    private static async Task<bool> IsAnsweringAsync(PostgresServer server)
    {
        try
        {
            return await server.SqlAsync("postgres", "SELECT 1") == "1";
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static async Task<string> MakeDirectoryAsync()
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("portlight-pg-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            await ExecuteAsync(["chown", "postgres:postgres", directory]);
        }

        return directory;
    }

    private static IEnumerable<int> BackendsOf(string directory)
    {
        foreach (var process in System.IO.Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            var isOurs = false;
            try
            {
                isOurs = new FileInfo(process + "/cwd").LinkTarget == directory + "/data";
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            if (isOurs && !IsZombie(process))
            {
                yield return int.Parse(Path.GetFileName(process), CultureInfo.InvariantCulture);
            }
        }
    }

    /// <summary>utime, stime, cutime and cstime of proc(5), in hundredths of a second; 0 for one that has ended.</summary>
    private static long TicksOf(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ')[11..15].Sum(word => long.Parse(word, CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static bool IsZombie(string process)
    {
        try
        {
            return File.ReadAllText(process + "/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static void Signal(string signal, IEnumerable<int> processes)
    {
        using var kill = Process.Start("/bin/kill", [$"-{signal}", .. processes.Distinct().Select(one => one.ToString(CultureInfo.InvariantCulture))]);
        kill.WaitForExit();
    }

    private static Task<string> RunAsync(string program, params string[] arguments) => ExecuteAsync(AsOwner(program, arguments));

    private static string[] AsOwner(string program, params string[] arguments)
    {
        var path = System.IO.Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last() + "/bin/" + program;
        string[] plain = ["env", "-i", "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", path, .. arguments];
        return Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", .. plain] : plain;
    }

    private static async Task<string> ExecuteAsync(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{string.Join(' ', command)}: {await error}");
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, Func<string> awaited)
    {
        var began = Stopwatch.GetTimestamp();
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"waited for {awaited()}");
            await looks.WaitForNextTickAsync();
        }
    }
}
