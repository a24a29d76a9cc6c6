using Portlight.TestKit.Serving;

namespace Portlight.Cli.Tests.Logs;

public sealed class ServeLogTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("portlight-log-");

    public void Dispose() => _data.Delete(recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false, "--access-log", "off")]
    [InlineData(false, "--log-level", "warn")]
    public async Task A_line_for_each_request_can_be_switched_off(bool isWritten, params string[] options)
    {
        var command = ServeProcess.CommandOn(_data.FullName);
        foreach (var option in options)
        {
            command.ArgumentList.Add(option);
        }

        using var server = await ServeProcess.StartAsync(command, _data.FullName);
        Assert.Equal(200, (await server.CallAsync("GetRegions", "{}")).Status);
        server.Terminate();

        Assert.Equal(isWritten, (await server.EndAsync()).Error.Contains("\"operation\":\"GetRegions\"", StringComparison.Ordinal));
    }
}
