namespace Portlight.Cli.Tests;

/// <summary>0 done, 1 failed, 2 usage; talk on stderr, results on stdout.</summary>
public sealed class ExitCodeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portlight-exit-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("nothing")]
    [InlineData("serve --no-such-option")]
    [InlineData("serve --enforce maybe")]
    [InlineData("serve --listen nowhere")]
    [InlineData("serve --settings /nowhere/at/all.toml")]
    [InlineData("serve --enforce record --enforce kernel")]
    [InlineData("attach web-1")]
    [InlineData("attach web-1 --this-host --interface eth0")]
    [InlineData("attach web-1 --this-host --open 22/sctp")]
    [InlineData("attach")]
    [InlineData("attach --this-host --open 22")]
    [InlineData("attach me --this-host --address nowhere")]
    [InlineData("status --bogus")]
    [InlineData("status --data --bogus")]
    [InlineData("open web-1")]
    [InlineData("open web-1 0-70000")]
    [InlineData("open web-1 443 --from 10.1/8")]
    [InlineData("ports web-1 443 --yess")]
    [InlineData("account close")]
    [InlineData("audit verify --head 12")]
    [InlineData("audit verify --head 12:abc")]
    public async Task Wrong_usage_is_2_and_says_why(string line)
    {
        var (code, output, error) = await CommandLine.RunAsync(line);
        Assert.Equal(2, code);
        Assert.StartsWith("portlight: ", error, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    [Theory]
    [InlineData("aws lightsail get-instances")]
    [InlineData("status")]
    [InlineData("status --json")]
    [InlineData("attach web-1 --this-host --yes")]
    [InlineData("detach web-1 --yes")]
    [InlineData("account list")]
    [InlineData("account close 111122223333 --yes")]
    [InlineData("region list")]
    [InlineData("audit show")]
    public async Task A_verb_without_an_installation_fails_and_says_how_to_get_one(string line)
    {
        var (code, output, error) = await CommandLine.RunAsync(line.StartsWith("aws ", StringComparison.Ordinal) ? $"aws --data {_folder.FullName} {line[4..]}" : $"{line} --data {_folder.FullName}");
        Assert.Equal(1, code);
        Assert.Contains("start `portlight serve`", error, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    [Fact]
    public async Task A_server_that_is_gone_is_a_failure_and_no_crash()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "endpoint"), "http://127.0.0.1:1\nus-east-1\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(_folder.FullName, "credentials"), "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n", TestContext.Current.CancellationToken);
        var (code, _, error) = await CommandLine.RunAsync($"status --data {_folder.FullName}");
        Assert.Equal(1, code);
        Assert.Contains("the server cannot be reached", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_done() => Assert.Equal(0, (await CommandLine.RunAsync("serve --help")).Code);
}
