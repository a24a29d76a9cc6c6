using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Portlight.TestKit.Network;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.TestKit.Serving;

/// <summary><c>portlight serve</c> in a process of its own, and a client of it.</summary>
public sealed partial class ServeProcess : IDisposable
{
    public const int KillSignal = 9;
    public const int TerminateSignal = 15;

    private static readonly HttpClient Http = new();

    private readonly ReadyProcess _running;
    private readonly Uri _endpoint;
    private readonly AwsCredentials _credentials;

    private ServeProcess(ReadyProcess running, AwsCredentials credentials) => (_running, _credentials, _endpoint) = (running, credentials, new Uri(running.Ready.Split(' ')[2]));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What it said when it was ready.</summary>
    public string Ready => _running.Ready;

    public int Id => _running.Process.Id;

    /// <summary>The process's file system as everybody sees it who may look into it.</summary>
    public string Root => $"/proc/{Id}/root";

    /// <summary>How the command line of a server on this directory looks, which confirms <see cref="Patiently"/>.</summary>
    /// <param name="data">The data directory.</param>
    /// <param name="enforce"><c>record</c> or <c>kernel</c>.</param>
    /// <param name="before">A command that runs it.</param>
    public static ProcessStartInfo CommandOn(string data, string enforce = "record", params IEnumerable<string> before) =>
        Patiently(PortlightProgram.CommandBehind(before, "serve", "--data", data, "--listen", "http://127.0.0.1:0", "--enforce", enforce));

    /// <summary>
    /// Lets the answers of a server wait for the kernel as long as tests wait for anything: what is in force is what a test states, not how soon. What its command line says counts before this.
    /// </summary>
    public static ProcessStartInfo Patiently(ProcessStartInfo serve)
    {
        serve.Environment["PORTLIGHT_CONFIRM_TIMEOUT"] = $"{Deadline.Span.TotalSeconds:0}s";
        return serve;
    }

    public static Task<ServeProcess> StartAsync(string data) => StartAsync(CommandOn(data), data);

    public static async Task<ServeProcess> StartAsync(ProcessStartInfo start, string data)
    {
        var running = await ReadyProcess.StartAsync(start, "portlight ready ");
        if (SharedCredentialsFile.TryRead($"/proc/{running.Process.Id}/root{data}/credentials", "default", out var credentials, out var problem))
        {
            return new ServeProcess(running, credentials);
        }

        running.Dispose();
        throw new InvalidOperationException(problem);
    }

    /// <summary>Starts a server that must not start; returns what it says.</summary>
    public static string Refusal(string data)
    {
        var (code, _, error) = PortlightProgram.Run(CommandOn(data));
        Assert.Equal(1, code);
        return error;
    }

    /// <summary>Calls an operation, of Lightsail if no service is named; returns the status and the body of its answer.</summary>
    public async Task<(int Status, string Body)> CallAsync(string operation, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        using var message = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = new ByteArrayContent(bytes) };
        message.Content.Headers.ContentType = new("application/x-amz-json-1.1");
        message.Headers.TryAddWithoutValidation("X-Amz-Target", operation.Contains('.', StringComparison.Ordinal) ? operation : "Lightsail_20161128." + operation);
        RequestSigning.Sign(message, bytes, _credentials, "us-east-1", TimeProvider.System.GetUtcNow(), "lightsail");
        using var response = await Http.SendAsync(message, Cancellation);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }

    public static string CreateBody(string instance) => $$"""{"instanceNames":["{{instance}}"],"availabilityZone":"us-east-1a","blueprintId":"ubuntu_22_04","bundleId":"nano_3_0"}""";

    public async Task CreateAsync(string instance)
    {
        var (status, body) = await CallAsync("CreateInstances", CreateBody(instance));
        Assert.True(status == 200, body);
    }

    /// <summary>Opens one port and closes all others.</summary>
    public Task<(int Status, string Body)> PutAsync(string instance, int port) => CallAsync(
        "PutInstancePublicPorts", $$"""{"instanceName":"{{instance}}","portInfos":[{"fromPort":{{port}},"toPort":{{port}},"protocol":"tcp"}]}""");

    /// <summary>The one port that is open.</summary>
    public async Task<int> PortAsync(string instance)
    {
        var (status, body) = await CallAsync("GetInstancePortStates", $$"""{"instanceName":"{{instance}}"}""");
        Assert.True(status == 200, body);
        using var json = System.Text.Json.JsonDocument.Parse(body);
        return Assert.Single(json.RootElement.GetProperty("portStates").EnumerateArray()).GetProperty("fromPort").GetInt32();
    }

    public async Task<(int Status, string Word)> HealthAsync()
    {
        using var response = await Http.GetAsync(new Uri(_endpoint, "/healthz"), Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        return ((int)response.StatusCode, text.Split(':', '\n')[0]);
    }

    public void Kill() => _running.Process.Kill();

    /// <summary>Asks it to stop, as an init system does.</summary>
    public void Terminate() => Signal(Id, TerminateSignal);

    /// <summary>Ends it by a signal and waits for its end.</summary>
    public void End(int signal)
    {
        Signal(Id, signal);
        Assert.True(_running.Process.WaitForExit(Deadline.Span), "the server did not end");
    }

    /// <summary>Sends a signal to a process, which need not be a server.</summary>
    public static void Signal(int process, int signal) => Assert.Equal(0, SendSignal(process, signal));

    /// <summary>Waits until it has ended by itself; returns its exit code and what it wrote to stderr.</summary>
    public async Task<(int Code, string Error)> EndAsync()
    {
        await _running.Process.WaitForExitAsync(Cancellation);
        return (_running.Process.ExitCode, await _running.Error);
    }

    public void Dispose() => _running.Dispose();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
