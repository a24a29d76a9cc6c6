using Portlight.TestKit.Serving;

namespace Portlight.Cli.Tests.Verbs;

/// <summary><c>ports</c> and <c>undo</c> where somebody else changes the same instance between what is shown and what is put.</summary>
public sealed class OvertakenChangeTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("portlight-overtaken-");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task Ports_that_somebody_else_has_changed_since_they_were_shown_are_not_replaced_and_another_change_is_no_obstacle()
    {
        using var server = await ServeProcess.StartAsync(_data.FullName);
        await server.CreateAsync("web-1");
        await server.PutAsync("web-1", 80);
        foreach (var words in (string[][])[["ports", "web-1", "22"], ["ports", "web-1", "22", "--reason", "tidy up"], ["undo", "web-1"]])
        {
            await server.PutAsync("web-1", 8080);
            using var overtaken = new ActingWriter(() => server.PutAsync("web-1", 9090));

            var code = await PortlightCommand.RunAsync([.. words, "--data", _data.FullName], TextWriter.Null, overtaken);

            Assert.Equal(1, code);
            Assert.Contains("the ports of web-1 were changed by somebody else meanwhile", overtaken.ToString(), StringComparison.Ordinal);
            Assert.Equal(9090, await server.PortAsync("web-1"));
        }

        using var beside = new ActingWriter(() => server.CallAsync("TagResource", """{"resourceName":"web-1","tags":[{"key":"team","value":"web"}]}"""));
        Assert.Equal(0, await PortlightCommand.RunAsync(["ports", "web-1", "22", "--data", _data.FullName], TextWriter.Null, beside));
        Assert.Equal(22, await server.PortAsync("web-1"));
    }

    /// <summary>Does something as soon as the first line is shown.</summary>
    private sealed class ActingWriter(Func<Task> act) : StringWriter
    {
        private bool _hasActed;

        public override async Task WriteLineAsync(string? value)
        {
            await base.WriteLineAsync(value);
            if (!_hasActed)
            {
                _hasActed = true;
                await act();
            }
        }
    }
}
