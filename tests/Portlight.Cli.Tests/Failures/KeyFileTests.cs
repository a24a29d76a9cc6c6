using Portlight.TestKit.Serving;

namespace Portlight.Cli.Tests.Failures;

/// <summary>The key file is half of what is stored: one that is lost or wrong is refused, never replaced.</summary>
public sealed class KeyFileTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("portlight-key-");

    private string Data => Path.Combine(_directory.FullName, "data");

    private string KeyPath => Path.Combine(Data, "secret.key");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_missing_or_foreign_key_file_is_refused_and_named_and_a_restored_one_works()
    {
        await StartAndStopAsync();
        var kept = await File.ReadAllBytesAsync(KeyPath, TestContext.Current.CancellationToken);
        Assert.Equal("ok", await DoctorAsync());

        File.Delete(KeyPath);
        var missing = ServeProcess.Refusal(Data);
        Assert.Contains($"the key file `{KeyPath}` is missing", missing, StringComparison.Ordinal);
        Assert.Contains("restore it from the backup", missing, StringComparison.Ordinal);
        Assert.False(File.Exists(KeyPath), "a new key file was made in the place of the lost one");
        Assert.Equal("problem", await DoctorAsync());
        Assert.Equal(ExitCode.Failed, (await VerbAsync("credentials", "reset-root", "--data", Data)).Code);
        Assert.False(File.Exists(KeyPath), "a reset made a new key file");

        Storage.KeyFile.OpenOrCreate(KeyPath);
        Assert.Contains("does not open what is sealed", ServeProcess.Refusal(Data), StringComparison.Ordinal);
        Assert.Equal("problem", await DoctorAsync());

        await File.WriteAllBytesAsync(KeyPath, kept[..^5], TestContext.Current.CancellationToken);
        Assert.Contains("is damaged", ServeProcess.Refusal(Data), StringComparison.Ordinal);

        await File.WriteAllBytesAsync(KeyPath, kept, TestContext.Current.CancellationToken);
        Assert.Equal("ok", await DoctorAsync());
        await StartAndStopAsync();
    }

    private async Task StartAndStopAsync()
    {
        using var server = await ServeProcess.StartAsync(Data);
        Assert.Equal(200, (await server.CallAsync("GetRegions", "{}")).Status);
        server.Kill();
        await server.EndAsync();
    }

    /// <summary>What the doctor says of the key file.</summary>
    private async Task<string> DoctorAsync()
    {
        var (_, output) = await VerbAsync("doctor", "--json", "--data", Data);
        using var json = System.Text.Json.JsonDocument.Parse(output);
        return json.RootElement.GetProperty("findings").EnumerateArray().Single(finding => finding.GetProperty("subject").GetString() == "key file").GetProperty("verdict").GetString()!;
    }

    private static async Task<(int Code, string Output)> VerbAsync(params string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (await PortlightCommand.RunAsync(words, output, error), output.ToString());
    }
}
