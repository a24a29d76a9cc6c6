using System.Diagnostics;
using System.Text;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Cli.Tests.Failures;

/// <summary><c>portlight serve</c> in a process of its own, and a client of it.</summary>
internal sealed class ServeProcess : IDisposable
{
    public static readonly string Program = Path.Combine(AppContext.BaseDirectory, "portlight");

    private static readonly HttpClient Http = new();

    private readonly Process _process;
    private readonly Task<string> _error;
    private readonly Uri _endpoint;
    private readonly AwsCredentials _credentials;

    private ServeProcess(Process process, Task<string> error, Uri endpoint, AwsCredentials credentials) =>
        (_process, _error, _endpoint, _credentials) = (process, error, endpoint, credentials);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The process's file system as everybody sees it who may look into it.</summary>
    public string Root => $"/proc/{_process.Id}/root";

    /// <summary>How the command line of a server on this directory looks.</summary>
    /// <param name="data">The data directory.</param>
    /// <param name="enforce"><c>record</c> or <c>kernel</c>.</param>
    /// <param name="before">A command that runs it.</param>
    public static ProcessStartInfo CommandOn(string data, string enforce = "record", params IEnumerable<string> before)
    {
        string[] words = [.. before, Program, "serve", "--data", data, "--listen", "http://127.0.0.1:0", "--enforce", enforce];
        var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PORTLIGHT_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        return start;
    }

    public static Task<ServeProcess> StartAsync(string data) => StartAsync(CommandOn(data), data);

    public static async Task<ServeProcess> StartAsync(ProcessStartInfo start, string data)
    {
        var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(Cancellation);
        var ready = await process.StandardOutput.ReadLineAsync(Cancellation);
        ready ??= "";
        Assert.True(ready.Length > 0, $"the server did not start: {(ready.Length == 0 ? await error : "")}");
        Assert.True(SharedCredentialsFile.TryRead($"/proc/{process.Id}/root{data}/credentials", "default", out var credentials, out var problem), problem);
        return new ServeProcess(process, error, new Uri(ready.Split(' ')[2]), credentials);
    }

    /// <summary>Starts a server that must not start; returns what it says.</summary>
    public static async Task<string> RefusalAsync(string data)
    {
        using var process = Process.Start(CommandOn(data))!;
        var error = await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal(1, process.ExitCode);
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

    public void Kill() => _process.Kill();

    /// <summary>Asks it to stop, as an init system does.</summary>
    public void Terminate() => Process.Start("kill", ["-TERM", $"{_process.Id}"]).Dispose();

    /// <summary>Waits until it has ended by itself; returns its exit code and what it wrote to stderr.</summary>
    public async Task<(int Code, string Error)> EndAsync()
    {
        await _process.WaitForExitAsync(Cancellation);
        return (_process.ExitCode, await _error);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
