using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Portlight.TestKit;
using Portlight.TestKit.Postgres;
using Portlight.TestKit.Serving;

namespace Portlight.Conformance;

/// <summary>A PostgreSQL, servers on it, and the AWS CLI at any of them.</summary>
public abstract class SharedDatabase(Installation installation) : IAsyncLifetime
{
    private static readonly HttpClient Http = new();

    private readonly string _directory = Directory.CreateTempSubdirectory("portlight-shared-").FullName;
    private readonly List<Process> _servers = [];

    private protected PostgresServer Postgres { get; set; } = null!;

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        NotRun.Unless(!UserNamespace.IsEntered, "PostgreSQL refuses root, and these tests have no other user here");
        Postgres = await PostgresServer.StartAsync("fsync = off");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            if (!server.HasExited)
            {
                server.Kill();
                await server.WaitForExitAsync();
            }

            server.Dispose();
        }

        await Postgres.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected static async Task<int> HealthAsync(Server server)
    {
        using var answer = await Http.GetAsync(new Uri(server.Endpoint, "/healthz"), Cancellation);
        return (int)answer.StatusCode;
    }

    private protected async Task<JsonNode> AwsAsync(Server server, string service, params string[] words)
    {
        var (code, output, errors) = await RunAsync(server, null, service, words);
        Assert.True(code == 0, $"`aws {service} {string.Join(' ', words)}` ended with {code}: {errors}");
        return JsonNode.Parse(output.Trim().Length > 0 ? output : "{}")!;
    }

    private protected Task<(int Code, string Output, string Errors)> RunAsync(Server server, (string Id, string Secret)? key, string service, params string[] words)
    {
        string[] command = [Programs.Find("aws", "awscli"), "--endpoint-url", server.Endpoint.ToString(), "--region", "us-east-1", "--output", "json", service, .. words];
        string[] before = server.Hosts is { } hosts ? ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c", "mount --bind \"$0\" /etc/hosts && exec \"$@\"", hosts] : [];
        command = [.. before, .. command];
        var start = new ProcessStartInfo(command[0], command[1..]);
        Installation.Clean(start);
        start.Environment["HOME"] = server.DataDirectory;
        start.Environment["AWS_MAX_ATTEMPTS"] = "1";
        if (key is { } one)
        {
            (start.Environment["AWS_ACCESS_KEY_ID"], start.Environment["AWS_SECRET_ACCESS_KEY"]) = one;
        }
        else
        {
            start.Environment["AWS_SHARED_CREDENTIALS_FILE"] = Path.Combine(server.DataDirectory, "credentials");
        }

        // The loaded one is outside, where the machine's own names are.
        return server.Hosts is null && installation.LoadedOutside(start.FileName) is { } loaded ? loaded.RunAsync(start.ArgumentList, start.Environment) : Programs.RunAsync(start);
    }

    /// <summary>Gives a new server what it has to have of another.</summary>
    private protected void JoinAs(string name, string other)
    {
        Directory.CreateDirectory(Path.Combine(_directory, name));
        foreach (var file in (string[])["secret.key", "installation", "credentials"])
        {
            File.Copy(Path.Combine(_directory, other, file), Path.Combine(_directory, name, file));
        }
    }

    /// <summary>The same command where nothing names the database.</summary>
    private protected static ProcessStartInfo Alone(ProcessStartInfo start)
    {
        start.Environment.Remove("PORTLIGHT_DATABASE");
        start.Environment["PORTLIGHT_ENFORCE"] = "record";
        return start;
    }

    private protected string Data(string name) => Path.Combine(_directory, name);

    private protected async Task<string> DoctorAsync() => (await Programs.RunAsync(Portlight("doctor", "--data", Data("a")))).Output;

    private protected async Task<(int Code, string Output, string Errors)> VerbAsync(int code, params string[] words)
    {
        var ran = await Programs.RunAsync(Portlight(words));
        Assert.True(ran.ExitCode == code, $"`portlight {string.Join(' ', words)}` ended with {ran.ExitCode}: {ran.Errors}");
        return ran;
    }

    private protected ProcessStartInfo Serve(string name) => Serve(name, "http://127.0.0.1:0");

    private protected ProcessStartInfo Serve(string name, string listen) => ServeProcess.Patiently(Portlight("serve", "--data", Data(name), "--listen", listen));

    private protected ProcessStartInfo Portlight(params string[] words)
    {
        var start = new ProcessStartInfo(Installation.Portlight, words);
        Installation.Clean(start);
        start.Environment["PORTLIGHT_DATABASE"] = Postgres.ConnectionText();
        return start;
    }

    private protected async Task<Server> StartAsync(string name, ProcessStartInfo? start = null)
    {
        var process = Programs.Start(start ?? Serve(name));
        _servers.Add(process);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var ready = await process.StandardOutput.ReadLineAsync(Cancellation) ?? "";
        Assert.True(ready.StartsWith("portlight ready ", StringComparison.Ordinal), $"the server did not start: `{ready}` {(ready.Length == 0 ? await errors : "")}");
        return new Server(new Uri(ready.Split(' ')[2]), Data(name), process);
    }

    /// <summary>Why a server does not start.</summary>
    private protected async Task<string> RefusalAsync(ProcessStartInfo start)
    {
        var process = Programs.Start(start);
        _servers.Add(process);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        Assert.Null(await process.StandardOutput.ReadLineAsync(Cancellation));
        return await errors;
    }

    private protected static async Task StopAsync(Server server)
    {
        using var signal = Process.Start("kill", ["-TERM", server.Process.Id.ToString(CultureInfo.InvariantCulture)]);
        await signal.WaitForExitAsync(Cancellation);
        await server.Process.WaitForExitAsync(Cancellation);
    }

    private protected sealed record Server(Uri Endpoint, string DataDirectory, Process Process)
    {
        /// <summary>The file by which a client on another machine finds it by name; null: this machine's.</summary>
        public string? Hosts { get; init; }
    }
}
