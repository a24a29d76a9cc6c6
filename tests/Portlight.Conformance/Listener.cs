using System.Diagnostics;

namespace Portlight.Conformance;

/// <summary>A TCP server that runs in an instance or on the machine, and the attempts to reach it from the machine or from elsewhere.</summary>
internal sealed class Listener : IAsyncDisposable
{
    // Silence is only known by waiting for it: short where the packets should be dropped, long where they should pass.
    private const string UntilItPasses = "30", UntilItIsDropped = "1";

    private static readonly string Script = Path.Combine(ScriptedClient.Folder, "packets.py");

    private readonly Installation _installation;
    private readonly Process _process;
    private readonly string _port;
    private readonly string? _from;

    private Listener(Installation installation, Process process, string port, string? from) =>
        (_installation, _process, _port, _from) = (installation, process, port, from);

    /// <summary>In a lab instance, to be reached from the machine.</summary>
    public static Task<Listener> StartAsync(Installation installation, string instance, int port) => StartAsync(installation, $"pl-{instance}", port, from: null);

    /// <summary>In a network namespace, to be reached from another; null is the machine's own.</summary>
    public static async Task<Listener> StartAsync(Installation installation, string? at, int port, string? from)
    {
        string[] command = [.. In(at), Python, Script, "listen", $"{port}"];
        var process = Programs.Start(installation.Inside(command[0], command[1..]));
        var said = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        if (said is null)
        {
            Assert.Fail($"`{string.Join(' ', command)}` ended: {await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
        }

        Assert.Equal("listening", said);
        return new Listener(installation, process, $"{port}", from);
    }

    /// <summary>How an attempt that should succeed ends.</summary>
    public Task<string> ConnectAsync(string address) => AttemptAsync(address, UntilItPasses);

    /// <summary>How an attempt that should get no answer ends.</summary>
    public Task<string> FailToConnectAsync(string address) => AttemptAsync(address, UntilItIsDropped);

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        _process.Dispose();
    }

    private static string Python => Programs.Find("python3", "python3");

    private static string[] In(string? networkNamespace) => networkNamespace is null ? [] : [Programs.Find("ip", "iproute2"), "netns", "exec", networkNamespace];

    private async Task<string> AttemptAsync(string address, string seconds)
    {
        string[] command = [.. In(_from), Python, Script, "connect", address, _port, seconds];
        (_, var output, var errors) = await Programs.RunAsync(_installation.Inside(command[0], command[1..]));
        return output.Trim() + errors;
    }
}
