using System.Text.Json;
using Portlight.Cli.Aws;
using Portlight.TestKit.Serving;

namespace Portlight.Cli.Tests.Aws;

public sealed class EnvVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portlight-env-");

    private string Data => Path.Combine(_folder.FullName, "data");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task It_waits_for_the_server_and_is_not_taken_in_by_what_an_earlier_run_left()
    {
        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(Path.Combine(Data, "endpoint"), "http://127.0.0.1:1\nus-east-1\n", TestContext.Current.CancellationToken);
        var waiting = RunAsync("env", "--wait", "1m", "--data", Data);
        using var server = await ServeProcess.StartAsync(Data);

        var (code, output, error) = await waiting;

        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("export AWS_ENDPOINT_URL=http://127.0.0.1:", output, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1:1 ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sh")]
    [InlineData("fish")]
    public async Task A_failure_prints_false_so_that_what_follows_the_eval_does_not_run(string format)
    {
        Assert.Equal((1, "false\n"), await RunAsync("env", "--format", format, "--data", Data) is var failed ? (failed.Code, failed.Output) : default);
        var (code, output, error) = await RunAsync("env", "--wait", "100ms", "--format", format, "--data", Data);
        Assert.Equal((1, "false\n"), (code, output));
        Assert.Contains("was not ready within", error, StringComparison.Ordinal);
        Assert.Contains("no server has run on the data directory", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_prints_no_json() => Assert.Equal((1, ""), await RunAsync("env", "--format", "json", "--data", Data) is var failed ? (failed.Code, failed.Output) : default);

    [Fact]
    public async Task A_wait_that_is_no_time_is_wrong_usage() => Assert.Equal(2, (await RunAsync("env", "--wait", "soon", "--data", Data)).Code);

    [Fact]
    public void Every_reader_gets_back_the_value_that_was_written()
    {
        (string, string)[] variables = [("A", "plain/+="), ("B", @"it's \ $HOME `x`")];
        Assert.Equal(@"export A=plain/+= B='it'\''s \ $HOME `x`'", ShellFormat.Write("sh", variables));
        Assert.Equal(@"set -gx A plain/+=; set -gx B 'it\'s \\ $HOME `x`';", ShellFormat.Write("fish", variables));
        using var json = JsonDocument.Parse(ShellFormat.Write("json", variables));
        Assert.Equal(@"it's \ $HOME `x`", json.RootElement.GetProperty("B").GetString());
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await PortlightCommand.RunAsync(words, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
