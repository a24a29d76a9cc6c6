using System.Diagnostics;

namespace Portlight.Conformance;

/// <summary>A TCP server that runs in an instance, and the attempts to reach it from outside.</summary>
internal sealed class Listener : IAsyncDisposable
{
    // Silence is only known by waiting for it: short where the packets should be dropped, long where they should pass.
    private const string UntilItPasses = "30", UntilItIsDropped = "1";

    private static readonly string Script = Path.Combine(ScriptedClient.Folder, "packets.py");

    private readonly Installation installation;
    private readonly Process process;
    private readonly string port;

    private Listener(Installation installation, Process process, string port) => (this.installation, this.process, this.port) = (installation, process, port);

    public static async Task<Listener> StartAsync(Installation installation, string instance, int port)
    {
        string[] command = ["netns", "exec", $"pl-{instance}", Python, Script, "listen", $"{port}"];
        Process process = Programs.Start(installation.Inside(Programs.Find("ip", "iproute2"), command));
        string? said = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        if (said is null) Assert.Fail($"`ip {string.Join(' ', command)}` ended: {await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
        Assert.Equal("listening", said);
        return new Listener(installation, process, $"{port}");
    }

    /// <summary>How an attempt that should succeed ends.</summary>
    public Task<string> ConnectAsync(string address) => AttemptAsync(address, UntilItPasses);

    /// <summary>How an attempt that should get no answer ends.</summary>
    public Task<string> FailToConnectAsync(string address) => AttemptAsync(address, UntilItIsDropped);

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.Dispose();
    }

    private static string Python => Programs.Find("python3", "python3");

    private async Task<string> AttemptAsync(string address, string seconds)
    {
        (_, string output, string errors) = await Programs.RunAsync(installation.Inside(Python, Script, "connect", address, port, seconds));
        return output.Trim() + errors;
    }
}
