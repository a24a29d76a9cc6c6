using System.Diagnostics;
using Portlight.TestKit.Serving;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Console.Tests.Browser;

/// <summary>A console of a server in a process of its own, which records, can be killed, held, and comes back at its address with what it had stored.</summary>
public sealed class ReturningConsole : ServedConsole
{
    private const string Listen = "http://127.0.0.1:21973";
    private const int StopSignal = 19;
    private const int ContinueSignal = 18;

    private ServeProcess? _server;
    private string _data = "";

    public void KillServer() => _server!.End(ServeProcess.KillSignal);

    public async Task StartServerAgainAsync()
    {
        _server!.Dispose();
        _server = await ServeProcess.StartAsync(Command(), _data);
    }

    /// <summary>The server takes connections and answers nothing, as a slow one does, until it is let go.</summary>
    public void HoldServer() => ServeProcess.Signal(_server!.Id, StopSignal);

    public void LetServerGo() => ServeProcess.Signal(_server!.Id, ContinueSignal);

    protected override async Task<(Uri Endpoint, AwsCredentials Root)> StartServerAsync(string data)
    {
        _data = data;
        _server = await ServeProcess.StartAsync(Command(), data);
        Assert.True(SharedCredentialsFile.TryRead(Path.Combine(data, "credentials"), SharedCredentialsFile.DefaultProfile, out var root, out var problem), problem);
        return (new Uri(Listen), root);
    }

    protected override ValueTask StopServerAsync()
    {
        _server?.Dispose();
        return ValueTask.CompletedTask;
    }

    private ProcessStartInfo Command() => ServeProcess.Patiently(PortlightProgram.Command("serve", "--data", _data, "--listen", Listen, "--enforce", "record"));
}
