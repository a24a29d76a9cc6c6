using Portlight.TestKit.Serving;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Console.Tests.Browser;

/// <summary>A console of a server that filters, in the kernel of the private host on which all these tests run.</summary>
public sealed class KernelConsole : ServedConsole
{
    private ServeProcess? _server;
    private string _data = "";

    protected override async Task<(Uri Endpoint, AwsCredentials Root)> StartServerAsync(string data)
    {
        _data = data;
        var command = ServeProcess.CommandOn(data, "kernel");
        command.ArgumentList.Add("--count-packets");
        command.ArgumentList.Add("on");
        _server = await ServeProcess.StartAsync(command, data);
        Assert.EndsWith(" enforce=kernel", _server.Ready, StringComparison.Ordinal);
        Assert.True(SharedCredentialsFile.TryRead(Path.Combine(data, "credentials"), SharedCredentialsFile.DefaultProfile, out var root, out var problem), problem);
        return (new Uri(_server.Ready.Split(' ')[2]), root);
    }

    protected override ValueTask StopServerAsync()
    {
        _server?.Dispose();
        PortlightProgram.Run("teardown", "--yes", "--take-over", "--data", _data + "-nowhere");
        return ValueTask.CompletedTask;
    }
}
