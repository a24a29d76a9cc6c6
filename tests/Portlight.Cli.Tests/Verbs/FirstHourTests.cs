using System.Diagnostics;
using System.Text.Json;
using Portlight.Api;
using Portlight.Cli.Usage;
using Portlight.Cli.Verbs;
using Portlight.Domain;
using Portlight.TestKit.Serving;

namespace Portlight.Cli.Tests.Verbs;

/// <summary>What a new user is told, and what lets a mistake of the first hour do no harm.</summary>
public sealed class FirstHourTests : IDisposable
{
    private static readonly Scope Home = new("111122223333", "eu-central-1");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portlight-hour-");

    private string Data => Path.Combine(_folder.FullName, "data");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_changed_region_or_account_is_said_and_breaks_nothing()
    {
        var first = Command("--region", "eu-central-1", "--account", "111122223333");
        using (await ServeProcess.StartAsync(first, Data))
        {
            Assert.Matches("eu-central-1 +open ", (await RunAsync("region list")).Output);
        }

        using var second = await ServeProcess.StartAsync(Command("--region", "us-west-2", "--account", "444455556666", "--log", "text"), Data);
        Assert.Matches("eu-central-1 +open ", (await RunAsync("region list")).Output);
        Assert.Contains("AWS_REGION=eu-central-1", (await RunAsync("env")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("region open us-west-2")).Code);
        second.Terminate();
        var (code, error) = await second.EndAsync();
        Assert.Equal(0, code);
        Assert.Contains("portlight: the region us-west-2 is not open, and `region` counts at the first start alone; commands use eu-central-1", error, StringComparison.Ordinal);
        Assert.Contains("portlight: the account 444455556666 is not made", error, StringComparison.Ordinal);
        Assert.Contains($"portlight: data in {Data}: account 111122223333, region eu-central-1, its root key in {Data}/credentials", error, StringComparison.Ordinal);
        Assert.Contains("portlight: next, in another terminal: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_region_that_there_is_not_is_refused_at_the_first_start()
    {
        using var server = Process.Start(Command("--region", "eu-nowhere-1"))!;
        var error = await server.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, server.ExitCode);
        Assert.Contains("`eu-nowhere-1` is not a region of Lightsail, so nothing was set up; there are: us-east-1, ", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Data, "credentials")));
    }

    [Fact]
    public void An_address_that_others_reach_without_encryption_is_warned_of()
    {
        Assert.Contains("WARNING: http://0.0.0.0:8580 is not encrypted", Assert.Single(Warnings("http://0.0.0.0:8580", "http://127.0.0.1:1", "http://localhost:2")), StringComparison.Ordinal);
        Assert.Contains("http://[2001:db8::1]:8580 is not encrypted", Assert.Single(Warnings("http://[2001:db8::1]:8580", "https://0.0.0.0:1")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_region_that_nobody_named_is_not_spoken_of()
    {
        var options = new ServeOptions { DataDirectory = "/data" };
        Assert.Empty(ServeTalk.Warnings(options, _ => false, Home));
        Assert.Single(ServeTalk.Warnings(options, _ => true, Home));
    }

    [Fact]
    public async Task Check_shows_what_is_in_force_and_where_it_comes_from()
    {
        var file = Path.Combine(_folder.FullName, "a.toml");
        await File.WriteAllTextAsync(file, "region = \"eu-west-1\"\ndata = \"/srv/ports\"\n", TestContext.Current.CancellationToken);
        var (code, output, _) = await CommandLine.RunAsync($"check --settings {file} --enforce record");
        Assert.Equal(0, code);
        Assert.StartsWith($"settings file {file}\n", output, StringComparison.Ordinal);
        Assert.Matches($"region +eu-west-1 +{file}: region", output);
        Assert.Matches("data +/srv/ports +", output);
        Assert.Matches("enforce +record +--enforce", output);
        Assert.Matches("confirm-timeout +2s +default", output);

        await File.WriteAllTextAsync(file, "regoin = \"eu-west-1\"\n", TestContext.Current.CancellationToken);
        Assert.Contains("`regoin` is not a setting; did you mean `region`?", await RefusedAsync($"check --settings {file}"), StringComparison.Ordinal);
        Assert.Contains("`eu-nowhere-1` is not a region", await RefusedAsync("check --region eu-nowhere-1"), StringComparison.Ordinal);
        Assert.Contains("/nowhere.pem is not there", await RefusedAsync("check --listen https://127.0.0.1:1 --tls-cert /nowhere.pem --tls-key /nowhere.key"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_tells_which_rule_lets_a_packet_in()
    {
        using var server = await ServeProcess.StartAsync(Command(), Data);
        await server.CreateAsync("web-1");
        Assert.Equal(0, (await RunAsync("ports web-1 443,22@192.0.2.0/24")).Code);
        var (code, output, _) = await RunAsync("explain web-1 --from 198.51.100.7 443");
        Assert.Equal(0, code);
        Assert.StartsWith("open: 443/tcp from 198.51.100.7 to web-1\n  no packet of web-1 is filtered: ", output, StringComparison.Ordinal);
        Assert.Contains("if it were filtered: the rule 443/tcp lets it in", output, StringComparison.Ordinal);
        Assert.Contains("if it were filtered: no rule lets it in", (await RunAsync("explain web-1 --from 198.51.100.7 22")).Output, StringComparison.Ordinal);
        Assert.Contains("there is no instance web-2", (await RunAsync("explain web-2 --from 198.51.100.7 22")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_have_headings_for_people_and_JSON_for_programs()
    {
        using var server = await ServeProcess.StartAsync(Command("--account", "111122223333"), Data);
        foreach (var (list, headings, member, has) in ((string, string, string, string)[])[
            ("account list", "account +state +made", "accounts", "111122223333"), ("region list", "region +state +opened", "regions", "us-east-1"), ("host list", "host +zone +state", "hosts", "")])
        {
            var shown = (await RunAsync(list)).Output;
            Assert.Matches($"^ *{headings}", shown);
            Assert.Contains(has, shown, StringComparison.Ordinal);
            using var json = JsonDocument.Parse((await RunAsync($"{list} --json")).Output);
            Assert.Contains(has, json.RootElement.GetProperty(member).GetRawText(), StringComparison.Ordinal);
        }

        Assert.Contains("regionName: `eu-nowhere-1` is not one of the service's regions; there are: us-east-1, ", (await RunAsync("region open eu-nowhere-1")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_verb_has_a_manual_page_with_its_options_and_examples()
    {
        var folder = Path.Combine(_folder.FullName, "man1");
        Assert.Equal(0, (await CommandLine.RunAsync($"man {folder}")).Code);
        Assert.True(File.Exists(Path.Combine(folder, "portlight.1")));
        foreach (var path in Usage.UsageTests.VerbPaths())
        {
            var page = await File.ReadAllTextAsync(Path.Combine(folder, $"portlight-{path.Replace(' ', '-')}.1"), TestContext.Current.CancellationToken);
            Assert.All(VerbExamples.Of(path)!.Examples, example => Assert.Contains(example.Line.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal), page, StringComparison.Ordinal));
            Assert.All(page.Split('\n'), line => Assert.Matches(@"^(\.(TH|SH|TP|B|\\"") ?|[^.'])|^$", line));
            Assert.DoesNotMatch("(?<!\\\\)--", page);
        }
    }

    [Fact]
    public async Task The_formatter_of_manual_pages_finds_no_fault_in_any()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/groff"), "groff-base is not installed");
        var folder = Path.Combine(_folder.FullName, "man1");
        Assert.Equal(0, (await CommandLine.RunAsync($"man {folder}")).Code);
        using var groff = Process.Start(new ProcessStartInfo("/usr/bin/groff", ["-man", "-Tascii", "-ww", "-P-c", .. Directory.GetFiles(folder)]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = groff.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var text = await groff.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", await error);

        // It fills lines with blanks, now from the left and now from the right, whatever stands in them.
        Assert.Contains("portlight-explain - Explain whether a packet may enter an instance", string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Warnings(params string[] listen) =>
        ServeTalk.Warnings(new ServeOptions { DataDirectory = "/data", Listen = [.. listen.Select(text => new Uri(text))] }, _ => false, Home);

    private static async Task<string> RefusedAsync(string line)
    {
        var refused = await CommandLine.RunAsync(line);
        Assert.Equal((2, ""), (refused.Code, refused.Output));
        return refused.Error;
    }

    private ProcessStartInfo Command(params string[] more)
    {
        var start = ServeProcess.CommandOn(Data);
        foreach (var word in more)
        {
            start.ArgumentList.Add(word);
        }

        return start;
    }

    private Task<(int Code, string Output, string Error)> RunAsync(string line) => CommandLine.RunAsync($"{line} --data {Data}");
}
