using System.Text.Json;
using Portlight.Cluster.Machines;
using Portlight.TestKit.Network;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Cluster;

/// <summary>The machines of <c>samples/two-servers</c>, with its files as they are: one and two have a server, PostgreSQL under Patroni and etcd; three has HAProxy and etcd.</summary>
public sealed class TwoServers : IAsyncLifetime
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly string _directory = Directory.CreateTempSubdirectory("portlight-cluster-").FullName;
    private string _patroniSaid = "nothing";

    internal static string Samples { get; } = FindSamples();

    internal Machine One { get; private set; } = null!;

    internal Machine Two { get; private set; } = null!;

    internal Machine Three { get; private set; } = null!;

    internal IReadOnlyList<Machine> Machines { get; private set; } = [];

    /// <summary>Whether machine three has a server, too, with the settings of the others.</summary>
    internal bool HasThirdServer { get; init; }

    /// <summary>Whether agents may connect to the servers.</summary>
    internal bool HasAgents { get; init; }

    /// <summary>The command that they begin with; null for the one that was built with the tests.</summary>
    internal string? Program { get; init; }

    /// <summary>The servers, by their machine.</summary>
    internal Dictionary<Machine, Service> Servers { get; } = [];

    private AwsCredentials Credentials { get; set; } = null!;

    private string Authority => _directory + "/certificates/ca.pem";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.ReadAllText("/proc/self/uid_map").Contains("4294967295", StringComparison.Ordinal), "not run: PostgreSQL and etcd have users of their own, which takes root");
        Command.Run(Samples + "/certificates", _directory + "/certificates");
        One = Make("one", "192.0.2.11");
        Two = Make("two", "192.0.2.12");
        Three = Make("three", "192.0.2.13");
        Machines = [One, Two, Three];
        File.Copy(Authority, One.Etc("portlight/ca.pem"));
        File.Copy(Authority, Two.Etc("portlight/ca.pem"));
        if (HasThirdServer)
        {
            AddThirdServer();
        }

        foreach (var machine in Machines.Where(machine => HasAgents && (HasThirdServer || machine != Three)))
        {
            File.AppendAllText(machine.Etc("portlight.toml"), $"agents = [\"https://{machine.Address}:8581\"]\n");
        }

        Command.Run("chown", $"-R 64010 {One.Etc("portlight")} {Two.Etc("portlight")}");
        Command.Run("chmod", $"600 {One.Etc("portlight/pgpass")} {Two.Etc("portlight/pgpass")}");
        Command.Ip($"link add wire type bridge\naddr add {Machine.Router}/24 dev wire\nlink set wire up");
        try
        {
            foreach (var machine in Machines)
            {
                await machine.StartAsync();
                machine.Run("etcd");
            }

            foreach (var machine in (Machine[])[One, Two])
            {
                machine.Run("patroni");
                machine.Run("patroni-standby");
            }

            Three.Run("haproxy");
            await Waiting.UntilAsync(async () => await FindAsync("synchronous") is not null, () => $"a synchronous standby\n{Log()}");
            await ServeAsync(One);
            foreach (var machine in Machines.Where(machine => machine == Two || (machine == Three && HasThirdServer)))
            {
                Command.Run("cp", $"-p {One.Lib("portlight/secret.key")} {One.Lib("portlight/installation")} {One.Lib("portlight/credentials")} {machine.Lib("portlight")}");
                await ServeAsync(machine);
            }

            using var client = Client();
            await Waiting.UntilAsync(client.IsHealthyAsync, () => $"a server behind HAProxy\n{Log()}");
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in Machines)
        {
            await machine.DisposeAsync();
        }

        if (Machines.Count > 0)
        {
            Command.Ip("link del wire");
        }

        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>A client of HAProxy, or of the server of a machine.</summary>
    internal SignedCaller Client(Machine? machine = null) => new(new Uri(machine is null ? "https://192.0.2.13" : $"https://{machine.Address}:8580"), Authority, Credentials);

    /// <summary>Starts a machine's server and waits until it answers.</summary>
    internal async Task ServeAsync(Machine machine)
    {
        Servers[machine] = machine.Run("portlight");
        await Waiting.UntilAsync(() => Task.FromResult(File.Exists(machine.Lib("portlight/credentials")) || Credentials is not null), () => $"the credentials\n{Log()}");
        if (Credentials is null)
        {
            Assert.True(SharedCredentialsFile.TryRead(machine.Lib("portlight/credentials"), "default", out var credentials, out var problem), problem);
            Credentials = credentials;
        }

        using var client = Client(machine);
        await Waiting.UntilAsync(client.IsHealthyAsync, () => $"the server of {machine.Name}\n{Log()}");
    }

    /// <summary>What machine one or two runs, after its power is back.</summary>
    internal async Task PowerAsync(Machine machine)
    {
        await machine.StartAsync();
        machine.Run("etcd");
        machine.Run("patroni");
        machine.Run("patroni-standby");
        Servers[machine] = machine.Run("portlight");
    }

    /// <summary>
    /// Waits until there are a primary, a standby that its commits wait for, two servers that are well, and HAProxy that has noticed; returns the primary and the standby. PostgreSQL itself is asked, because a Patroni that
    /// was cut off says for a moment what it knew before; and so is the primary's Patroni, because it promotes no machine that it has not written down yet, a moment after PostgreSQL waits for it.
    /// </summary>
    internal async Task<(Machine Primary, Machine Standby)> WholeAsync()
    {
        Machine? primary = null;
        await Waiting.UntilAsync(
            async () => (primary = await FindAsync("primary")) is not null && await KnowsStandbyAsync(primary) && Replication.HasStandby(primary),
            () => $"a primary and its standby; Patroni says {_patroniSaid}; {string.Join("; ", ((Machine[])[One, Two]).Where(machine => machine.IsOn).Select(Replication.Describe))}\n{Log()}");
        foreach (var machine in (Machine[])[One, Two])
        {
            using var client = Client(machine);
            await Waiting.UntilAsync(client.IsHealthyAsync, () => $"the server of {machine.Name}\n{Log()}");
        }

        using var proxy = Client();
        await Waiting.UntilAsync(proxy.IsHealthyAsync, () => $"a server behind HAProxy\n{Log()}");
        return (primary!, primary == One ? Two : One);
    }

    /// <summary>Whether Patroni has written down which machine may be promoted: then a member of its cluster has the role <c>sync_standby</c>.</summary>
    private async Task<bool> KnowsStandbyAsync(Machine primary)
    {
        try
        {
            _patroniSaid = await Http.GetStringAsync(new Uri($"http://{primary.Address}:8008/cluster"));
            return _patroniSaid.Contains("\"sync_standby\"", StringComparison.Ordinal);
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>The machine whose Patroni says yes to a question of its REST interface: <c>primary</c>, <c>synchronous</c>.</summary>
    internal async Task<Machine?> FindAsync(string what)
    {
        foreach (var machine in Machines.Where(machine => machine != Three && machine.IsOn))
        {
            if (await IsAsync(machine, what))
            {
                return machine;
            }
        }

        return null;
    }

    internal static async Task<bool> IsAsync(Machine machine, string what)
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri($"http://{machine.Address}:8008/{what}"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>What Patroni of a machine says of its PostgreSQL (<c>running</c>, <c>starting</c>, <c>stopped</c>); empty when it says nothing.</summary>
    internal static async Task<string> StateAsync(Machine machine)
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri($"http://{machine.Address}:8008/patroni"));
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return json.RootElement.GetProperty("state").GetString()!;
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException)
        {
            return "";
        }
    }

    internal string Log() => string.Join('\n', Machines.Select(machine => machine.Log()));

    /// <summary>What somebody would do: the settings of one with another address, a certificate, and a line for HAProxy.</summary>
    private void AddThirdServer()
    {
        Command.Run("cp", $"-r {One.Etc("portlight")} {One.Etc("systemd")} {Three.Etc("")}");
        Command.Run("cp", $"{Three.Etc("haproxy/portlight.pem")} {Three.Etc("portlight/server.pem")}");
        Command.Run("cp", $"{Three.Etc("haproxy/portlight.pem")} {Three.Etc("portlight/server.key")}");
        Command.Run("chown", $"-R 64010 {Three.Etc("portlight")}");
        Command.Run("chmod", $"600 {Three.Etc("portlight/pgpass")}");
        File.WriteAllText(Three.Etc("portlight.toml"), File.ReadAllText(One.Etc("portlight.toml")).Replace($"https://{One.Address}", $"https://{Three.Address}", StringComparison.Ordinal));
        File.AppendAllText(Three.Etc("haproxy/haproxy.cfg"), $"    server three {Three.Address}:8580\n");
    }

    private Machine Make(string name, string address)
    {
        var made = $"{_directory}/certificates/{name}/etc";
        var machine = Machine.Make(name, address, _directory, [Path.Combine(Samples, name, "etc"), made]);
        if (Program is not null)
        {
            machine.Install(Program);
        }

        return machine;
    }

    private static string FindSamples()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Portlight.slnx")))
        {
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("the tests do not run inside the repository");
        }

        return Path.Combine(directory, "samples/two-servers");
    }
}
