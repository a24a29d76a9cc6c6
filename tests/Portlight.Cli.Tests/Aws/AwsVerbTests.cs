using System.Diagnostics;
using System.Runtime.Versioning;
using Portlight.TestKit.Serving;

namespace Portlight.Cli.Tests.Aws;

/// <summary><c>portlight aws</c> with a program in the place of the AWS CLI that tells what it was given.</summary>
[SupportedOSPlatform("linux")]
public sealed class AwsVerbTests : IDisposable
{
    private const string Endpoint = "http://127.0.0.1:18999";

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("portlight-aws-");

    public AwsVerbTests()
    {
        Write("endpoint", $"{Endpoint}\nus-west-2\n");
        Write("credentials", "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = a/secret+key\n");
        Write("bin/aws", "#!/bin/sh\nfor word; do echo \"word $word\"; done\nenv | grep -iE '^(aws_|[a-z]+_proxy|KEPT)' | sort\nexit 7\n");
        File.SetUnixFileMode(Path.Combine(_data.FullName, "bin/aws"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task The_AWS_CLI_gets_the_words_as_they_are_the_endpoint_as_every_version_takes_it_and_its_exit_code_is_passed_on()
    {
        var (code, output, _) = await RunAsync("lightsail", "get-instances", "--data", "x", "--query", "a b", "--version", "--", "--help");

        Assert.Equal(7, code);
        string[] words = ["--endpoint-url", Endpoint, "lightsail", "get-instances", "--data", "x", "--query", "a b", "--version", "--", "--help"];
        Assert.Equal(words.Select(word => $"word {word}"), output.Split('\n').Where(line => line.StartsWith("word ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task No_setting_of_the_callers_shell_leads_elsewhere()
    {
        var (_, output, _) = await RunAsync("sts");

        string[] expected =
        [
            "AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_CLI_AUTO_PROMPT=off", "AWS_DEFAULT_REGION=us-west-2", "AWS_EC2_METADATA_DISABLED=true", $"AWS_ENDPOINT_URL={Endpoint}",
            "AWS_PAGER=", "AWS_REGION=us-west-2", "AWS_SECRET_ACCESS_KEY=a/secret+key", "AWS_USE_DUALSTACK_ENDPOINT=false", "AWS_USE_FIPS_ENDPOINT=false", "KEPT=1",
        ];
        Assert.Equal(expected, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith("word ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("--endpoint-url")]
    [InlineData("--endpoint-url=https://lightsail.us-east-1.amazonaws.com")]
    [InlineData("--endpoint")]
    [InlineData("--end=x")]
    public async Task Words_that_name_another_endpoint_are_refused_and_nothing_runs(string word)
    {
        var (code, output, error) = await RunAsync("lightsail", "get-instances", word);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains("nothing reaches the real AWS", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_that_only_begin_alike_are_given_on() => Assert.Equal(7, (await RunAsync("cloudtrail", "lookup-events", "--end-time", "2026-01-01")).Code);

    [Fact]
    public async Task Without_an_AWS_CLI_it_says_how_to_get_one()
    {
        var (code, _, error) = await RunAsync(start => start.Environment["PATH"] = "/nowhere", ["aws", "--data", _data.FullName, "lightsail", "get-instances"]);

        Assert.Equal(1, code);
        Assert.Contains("there is no `aws` on the search path", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_run_is_one_line()
    {
        var (code, _, error) = await RunAsync(_ => { }, ["aws", "--data", _data.FullName, "--aws", "/dev/null", "sts"]);

        Assert.Equal((1, "portlight: `/dev/null` cannot be run: Permission denied\n"), (code, error));
    }

    [Fact]
    public async Task Before_the_words_of_the_AWS_CLI_help_is_ours() =>
        Assert.Contains("--aws", (await RunAsync(_ => { }, ["aws", "--help"])).Output, StringComparison.Ordinal);

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] words) => RunAsync(
        start =>
        {
            foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
                [
                    ("AWS_PROFILE", "real"), ("AWS_SESSION_TOKEN", "real"), ("AWS_ENDPOINT_URL_LIGHTSAIL", "https://real"), ("AWS_ACCESS_KEY_ID", "AKIDREAL"),
                    ("AWS_ROLE_ARN", "real"), ("https_proxy", "http://proxy:1"), ("HTTP_PROXY", "http://proxy:1"), ("AWS_PAGER", ""), ("AWS_CLI_AUTO_PROMPT", "off"), ("KEPT", "1"),
                ])
            {
                start.Environment[name] = value;
            }

            start.Environment["PATH"] = $"{_data.FullName}/bin:{start.Environment["PATH"]}";
        },
        ["aws", "--data", _data.FullName, .. words]);

    private static async Task<(int Code, string Output, string Error)> RunAsync(Action<ProcessStartInfo> with, string[] words)
    {
        var start = new ProcessStartInfo(PortlightProgram.Path, words) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(name => name.Contains("_PROXY", StringComparison.OrdinalIgnoreCase) || name.StartsWith("AWS_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment.Remove("SSL_CERT_FILE");
        with(start);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(_data.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
