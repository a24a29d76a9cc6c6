using System.Text.Json;
using Portlight.TestKit.Serving;

namespace Portlight.Cli.Tests.Verbs;

/// <summary><c>names</c>, and what a named network and a reason are to <c>open</c>, <c>close</c>, <c>ports</c> and <c>history</c>, against a running server that records.</summary>
public sealed class NamesVerbTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("portlight-names-");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task A_network_is_named_used_and_forgotten_and_rules_keep_its_addresses()
    {
        using var server = await ServeProcess.StartAsync(_data.FullName);
        await server.CreateAsync("web-1");
        await DoneAsync("open on web-1: nothing\n", "ports", "web-1", "none");

        await DoneAsync("network office: 203.0.113.0/24, 2001:db8:9::/48\n", "names", "network", "office", "203.0.113.0/24", "2001:db8:9::/48");
        await DoneAsync("template web: 80/tcp; 443/tcp from 192.0.2.0/24\n", "names", "template", "web", "80,443@192.0.2.0/24");
        var listed = (await RunAsync("names", "list")).Output;
        Assert.Matches("network *office *203\\.0\\.113\\.0/24, 2001:db8:9::/48", listed);
        Assert.Matches("template *web *80/tcp; 443/tcp from 192\\.0\\.2\\.0/24", listed);
        using (var json = JsonDocument.Parse((await RunAsync("names", "list", "--json")).Output))
        {
            Assert.Equal("office", json.RootElement.GetProperty("networks")[0].GetProperty("name").GetString());
        }

        await DoneAsync("opened 22/tcp from 203.0.113.0/24, 192.0.2.7/32, 2001:db8:9::/48 on web-1\n", "open", "web-1", "22", "--from", "Office,192.0.2.7");
        await DoneAsync("forgot network office: 203.0.113.0/24, 2001:db8:9::/48\n", "names", "network", "office", "--forget");
        await DoneAsync("forgot template web: 80/tcp; 443/tcp from 192.0.2.0/24\n", "names", "template", "web", "--forget");

        Assert.Equal("no network and no rules have a name\n", (await RunAsync("names", "list")).Output);
        Assert.StartsWith("22/tcp from ", (await RunAsync("ports", "web-1")).Output, StringComparison.Ordinal);
        var unknown = await RunAsync("open", "web-1", "23", "--from", "office");
        Assert.Equal(2, unknown.Code);
        Assert.Contains("`office` is no source", unknown.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("names", "network", "office")).Code);
        Assert.Equal(2, (await RunAsync("names", "network", "office", "192.0.2.1", "--forget")).Code);
    }

    [Fact]
    public async Task A_template_replaces_the_ports_of_an_instance_as_the_same_rules_typed_would()
    {
        using var server = await ServeProcess.StartAsync(_data.FullName);
        await server.CreateAsync("web-1");
        Assert.Equal(1, (await RunAsync("ports", "web-1", "--template", "web")).Code);
        await DoneAsync("template web: 80/tcp; 443/tcp from 192.0.2.0/24\n", "names", "template", "web", "80,443@192.0.2.0/24");

        await DoneAsync("open on web-1: 80/tcp; 443/tcp from 192.0.2.0/24\n", "ports", "web-1", "--template", "Web");

        await DoneAsync("80/tcp\n443/tcp from 192.0.2.0/24\n", "ports", "web-1");
        var unknown = await RunAsync("ports", "web-1", "--template", "mail");
        Assert.Equal(1, unknown.Code);
        Assert.Contains("no template `mail` is kept: there are web", unknown.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("ports", "web-1", "22", "--template", "web")).Code);
    }

    [Fact]
    public async Task A_reason_goes_with_each_kind_of_change_and_is_in_the_history()
    {
        using var server = await ServeProcess.StartAsync(_data.FullName);
        await server.CreateAsync("web-1");

        await DoneAsync("open on web-1: 22/tcp\n", "ports", "web-1", "22", "--reason", "a new start");
        await DoneAsync("opened 443/tcp on web-1\n", "open", "web-1", "443", "--reason", "the shop opens");
        await DoneAsync("closed 22/tcp on web-1\n", "close", "web-1", "22", "--yes", "--reason", "nobody needs it");

        var history = (await RunAsync("history", "web-1")).Output;
        Assert.All(["why: a new start", "why: the shop opens", "why: nobody needs it"], why => Assert.Contains(why, history, StringComparison.Ordinal));
        await DoneAsync("443/tcp\n", "ports", "web-1");
        var refused = await RunAsync("open", "web-1", "25", "--reason", new string('x', 300));
        Assert.Equal(1, refused.Code);
        Assert.Contains("reason", refused.Error, StringComparison.Ordinal);
    }

    private async Task DoneAsync(string expected, params string[] words)
    {
        var (code, output, error) = await RunAsync(words);
        Assert.True(code == 0, error);
        Assert.Equal(expected, output);
    }

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] words) => CommandLine.RunAsync([.. words, "--data", _data.FullName]);
}
