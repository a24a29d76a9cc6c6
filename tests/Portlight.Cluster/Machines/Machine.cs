using System.Diagnostics;
using System.Globalization;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.Cluster.Machines;

/// <summary>
/// A machine as far as its network, its mounts and its processes go: namespaces of its own, on one wire with the others. Its <c>/etc</c> is a copy of this machine's with the
/// sample's files over it, and <c>/var/lib</c> is empty at first; both outlive a power cut. All processes in it end with the one that is its first, and that ends with the test
/// program, however that ends.
/// </summary>
internal sealed class Machine : IAsyncDisposable
{
    /// <summary>Where the built command is inside, which every user may read there.</summary>
    private const string Program = "/run/portlight", Runtime = "/run/dotnet";

    /// <summary>This host, on the wire.</summary>
    public const string Router = "192.0.2.1";

    /// <summary>The first process: it lends the machine its mounts, reaps what is orphaned, and ends with its input.</summary>
    private const string Boot = """
        set -e
        mount --make-rprivate /
        mount --bind "$1/etc" /etc
        mount --bind "$1/lib" /var/lib
        mkdir -p "$1/program"
        mount --bind "$2" "$1/program"
        mkdir -p "$1/runtime"
        mount --bind "$3" "$1/runtime"
        mount -t tmpfs tmpfs /run
        mkdir /run/portlight /run/dotnet
        mount --bind "$1/program" /run/portlight
        mount --bind "$1/runtime" /run/dotnet
        install -d -o postgres -g postgres /run/postgresql
        ip link set lo up
        # As after a boot, numbers of processes are others than in files that the last run has left.
        echo "$((RANDOM % 20000 + 1000))" >/proc/sys/kernel/ns_last_pid
        echo ready
        read -r _ || true
        """;

    private readonly string _disk;
    private readonly Dictionary<string, Service> _services = new(StringComparer.Ordinal);
    private string _program = PortlightProgram.Path;
    private Process? _first;
    private int _pid;
    private bool _isWired;

    private Machine(string name, string address, string disk) => (Name, Address, _disk) = (name, address, disk);

    public string Name { get; }

    public string Address { get; }

    public bool IsOn => _first is not null;

    /// <summary>A machine that is off, with a disk that has <c>/etc</c> as it is here and the files of these folders over it.</summary>
    public static Machine Make(string name, string address, string directory, params string[] files)
    {
        var machine = new Machine(name, address, Path.Combine(directory, name));
        Directory.CreateDirectory(machine._disk + "/etc");
        Command.Run("chmod", $"755 {directory} {machine._disk}");
        Command.Run("cp", $"-a /etc/. {machine._disk}/etc/");
        foreach (var folder in files)
        {
            Command.Run("cp", $"-r {folder}/. {machine._disk}/etc/");
        }

        File.AppendAllText(machine.Etc("passwd"), "portlight:x:64010:64010::/var/lib/portlight:/usr/sbin/nologin\n");
        File.AppendAllText(machine.Etc("group"), "portlight:x:64010:\n");
        foreach (var (folder, owner) in (ReadOnlySpan<(string, string)>)[("postgresql", "postgres"), ("etcd", "etcd"), ("haproxy", "haproxy"), ("portlight", "64010")])
        {
            Directory.CreateDirectory(machine.Lib(folder));
            Command.Run("chown", $"{owner}:{owner} {machine.Lib(folder)}");
            Command.Run("chmod", $"700 {machine.Lib(folder)}");
        }

        return machine;
    }

    /// <summary>A path of its <c>/etc</c>, as it is seen from outside.</summary>
    public string Etc(string path) => Path.Combine(_disk, "etc", path);

    /// <summary>The same of <c>/var/lib</c>.</summary>
    public string Lib(string path) => Path.Combine(_disk, "lib", path);

    /// <summary>Puts a build of the command in the place of the one that was there, as a package does: what runs goes on until it is restarted.</summary>
    public void Install(string program)
    {
        _program = program;
        if (IsOn)
        {
            Command.Run("nsenter", $"-t {_pid} -m -- mount --bind {Path.GetDirectoryName(program)} {Program}");
        }
    }

    /// <summary>Switches it on; nothing runs on it yet.</summary>
    public async Task StartAsync()
    {
        string[] words = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--", "bash", "-c", Boot, "bash", _disk, Path.GetDirectoryName(_program)!, RuntimeFolder()];
        var start = new ProcessStartInfo("unshare", words) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        _first = Process.Start(start)!;
        var error = _first.StandardError.ReadToEndAsync();
        var ready = await _first.StandardOutput.ReadLineAsync();
        Assert.True(ready == "ready", $"the machine {Name} did not start: {ready} {(ready is null ? await error : "")}");
        _pid = int.Parse((await File.ReadAllTextAsync($"/proc/{_first.Id}/task/{_first.Id}/children")).Trim(), CultureInfo.InvariantCulture);
        Command.Ip($"link add w-{Name} type veth peer name eth0 netns {_pid}\nlink set w-{Name} master wire up");
        _isWired = true;
        Command.Run("nsenter", $"-t {_pid} -n -- ip -batch -", $"addr add {Address}/24 dev eth0\nlink set eth0 up\nroute add default via {Router}");
    }

    /// <summary>Runs a unit, again and again when it ends, as its <c>Restart=</c> says.</summary>
    /// <param name="name">Of the unit; the machine's own <c>/etc/systemd/system</c> comes before the distribution's.</param>
    public Service Run(string name)
    {
        var own = Etc($"systemd/system/{name}.service");
        var unit = UnitFile.Read(File.Exists(own) ? own : $"/lib/systemd/system/{name}.service", name, _disk + "/etc");
        string[] environment = [.. unit.Environment.Select(one => $"{one.Key}={one.Value}"), $"DOTNET_ROOT={Runtime}", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1"];
        string[] command = [unit.Command[0] == "/usr/bin/portlight" ? Program + "/portlight" : unit.Command[0], .. unit.Command.Skip(1)];
        var service = new Service(
            LogOf(name), [.. Inside(), "setpriv", $"--reuid={unit.User}", $"--regid={unit.User}", "--init-groups", "env", "-i", .. environment, .. command], unit.EndsWhole ? KillPostgres : null);
        return _services[name] = service;
    }

    /// <summary>What systemd does with the rest of a unit that ends whole; only Patroni's starts something that outlives it.</summary>
    private void KillPostgres()
    {
        try
        {
            Command.Run("nsenter", $"-t {_pid} -m -p -- sh -c \"read -r p </var/lib/postgresql/15/portlight/postmaster.pid && [ $(cat /proc/$p/comm) = postgres ] && kill -KILL $p $(cat /proc/$p/task/$p/children)\"");
        }
        catch (InvalidOperationException)
        {
            // Nothing is left, or the machine is off.
        }
    }

    /// <summary>A unit that runs.</summary>
    public Service Service(string name) => _services[name];

    /// <summary>Runs a verb of the command on the machine, as root with the unit's settings.</summary>
    public (int Code, string Output, string Error) Portlight(params string[] words)
    {
        var start = new ProcessStartInfo("nsenter", ["-t", $"{_pid}", "-m", "-n", "-p", "--", "env", $"DOTNET_ROOT={Runtime}", "SSL_CERT_FILE=/etc/portlight/ca.pem", Program + "/portlight", .. words]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("PORTLIGHT_DATABASE");
        return PortlightProgram.Run(start);
    }

    /// <summary>What PostgreSQL of the machine answers to a query, as its superuser.</summary>
    /// <exception cref="InvalidOperationException">It does not answer.</exception>
    public string Sql(string query) =>
        Command.Run("nsenter", $"-t {_pid} -m -n -p -- setpriv --reuid=postgres --regid=postgres --init-groups /usr/lib/postgresql/15/bin/psql -X -q -A -t -h /run/postgresql -c \"{query}\"").Trim();

    /// <summary>What lines of the shell write on the machine as the user that PostgreSQL has.</summary>
    /// <exception cref="InvalidOperationException">They do not end with 0.</exception>
    public string AsPostgres(string lines) => Command.Run("nsenter", $"-t {_pid} -m -n -p -- setpriv --reuid=postgres --regid=postgres --init-groups env -C / PATH=/usr/lib/postgresql/15/bin:/usr/bin:/bin sh -eus", lines).Trim();

    /// <summary>Sends a signal to a process by the number that it has inside.</summary>
    public void Signal(string signal, int process) => Command.Run("nsenter", $"-t {_pid} -m -p -- kill -{signal} {process}");

    /// <summary>The postmaster, by the number that it has inside; null where there is none, or was none a moment ago.</summary>
    public int? FindPostmaster() =>
        File.Exists(Lib("postgresql/15/portlight/postmaster.pid")) && File.ReadLines(Lib("postgresql/15/portlight/postmaster.pid")).FirstOrDefault() is { } line ? int.Parse(line, CultureInfo.InvariantCulture) : null;

    /// <summary>Stops every process where it stands.</summary>
    public void Freeze() => SignalAll("STOP");

    public void Thaw()
    {
        SignalAll("CONT");
        WakeServices();
    }

    /// <summary>Takes the machine's wire away, or gives it back.</summary>
    public void Cut() => Command.Ip($"link set w-{Name} down");

    public void Join() => Command.Ip($"link set w-{Name} up");

    /// <summary>Lets so little get to the machine that what is sent to it piles up, or lets everything.</summary>
    public void Slow() => Command.Run("tc", $"qdisc add dev w-{Name} root tbf rate 512kbit burst 16kb latency 500ms");

    public void Quicken() => Command.Run("tc", $"qdisc del dev w-{Name} root");

    /// <summary>Takes away what comes from another machine and what goes there.</summary>
    public void CutFrom(Machine other) => Command.Run("nsenter", $"-t {_pid} -n -- nft -f -", $$"""
        table ip cut {
            chain arriving { type filter hook input priority 0; ip saddr {{other.Address}} drop; }
            chain leaving { type filter hook output priority 0; ip daddr {{other.Address}} drop; }
        }
        """);

    public void JoinAll() => Command.Run("nsenter", $"-t {_pid} -n -- nft flush ruleset");

    /// <summary>Every process ends at once; what is on the disk stays.</summary>
    public async Task CutPowerAsync()
    {
        if (_first is not { } first)
        {
            return;
        }

        foreach (var service in _services.Values)
        {
            service.Abandon();
        }

        if (_isWired)
        {
            // The kernel takes a namespace apart some time later; its wire is to be free now.
            Command.Ip($"link del w-{Name}");
            _isWired = false;
        }

        WakeServices();
        first.Kill(); // --kill-child: the first process goes with it, and all others with that
        await first.WaitForExitAsync();
        await Task.WhenAll(_services.Values.Select(service => service.Ended));
        _services.Clear();
        first.Dispose();
        _first = null;
    }

    /// <summary>The file that has what a unit has written.</summary>
    public string LogOf(string name) => $"{_disk}/{name}.log";

    /// <summary>The last lines that the machine's units have written.</summary>
    public string Log() => string.Join('\n', Directory.GetFiles(_disk, "*.log").SelectMany(path => File.ReadLines(path).TakeLast(12).Prepend($"-- {Name} {Path.GetFileName(path)}")));

    public async ValueTask DisposeAsync() => await CutPowerAsync();

    private string[] Inside() => ["nsenter", "-t", $"{_pid}", "-m", "-n", "-p", "--"];

    /// <summary>Twice: what was being forked at the first time is there at the second.</summary>
    private void SignalAll(string signal)
    {
        for (var times = 0; times < 2; times++)
        {
            try
            {
                // The one that sends it is the only one that it passes over, beside the first process.
                Command.Run("nsenter", $"-t {_pid} -m -p -- kill -{signal} -1");
            }
            catch (InvalidOperationException)
            {
                // All have it: the kernel answers with what it met at the last one, which was ending.
            }
        }
    }

    private void WakeServices()
    {
        foreach (var service in _services.Values)
        {
            service.Wake();
        }
    }

    private static string RuntimeFolder() => Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
}
