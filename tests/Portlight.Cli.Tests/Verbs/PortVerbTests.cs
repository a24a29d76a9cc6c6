using System.Text.Json;
using System.Text.RegularExpressions;
using Portlight.TestKit;
using Portlight.TestKit.Serving;
using Portlight.Wire.Lightsail;

namespace Portlight.Cli.Tests.Verbs;

/// <summary><c>open</c>, <c>close</c>, <c>ports</c> and <c>status</c> against a running server that records.</summary>
public sealed class PortVerbTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("portlight-verbs-");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task Ports_are_opened_shown_closed_and_replaced_by_short_verbs()
    {
        using var server = await ServeProcess.StartAsync(_data.FullName);
        await server.CreateAsync("web-1");
        await DoneAsync("open on web-1: 22/tcp\n", "ports web-1 22");

        await DoneAsync("opened 443/tcp from 10.0.0.0/8 on web-1\nopened 8000-8100/udp from 10.0.0.0/8 on web-1\n", "open web-1 https 8000-8100/udp --from 10.0.0.0/8");
        await DoneAsync("22/tcp\n443/tcp from 10.0.0.0/8\n8000-8100/udp from 10.0.0.0/8\n", "ports web-1");
        await DoneAsync("closed 22/tcp on web-1\n", "close web-1 ssh");
        await DoneAsync("22/tcp was not open on web-1\n", "close web-1 ssh");
        await DoneAsync("443/tcp from 10.0.0.0/8 was open already on web-1\n", "open web-1 443@10.0.0.0/8");
        await DoneAsync("opened 443/tcp from 192.0.2.7/32 on web-1\n", "open web-1 443@192.0.2.7");
        await DoneAsync("closed 443/tcp from 10.0.0.0/8 on web-1\n", "close web-1 443 --from 10.0.0.0/8");

        var replaced = await RunAsync("ports web-1 icmp:8,443@192.0.2.7");
        Assert.Equal((0, "open on web-1: icmp:8; 443/tcp from 192.0.2.7/32\n"), (replaced.Code, replaced.Output));
        Assert.Equal("- 8000-8100/udp from 10.0.0.0/8\n+ icmp:8\n", replaced.Error);

        // What the server says of the change is in the same words.
        var (_, operations) = await server.CallAsync("GetOperationsForResource", """{"resourceName":"web-1"}""");
        Assert.Contains("\"operationDetails\":\"icmp:8,443/tcp\"", operations, StringComparison.Ordinal);
        Assert.Contains("443/tcp from 192.0.2.7/32", (await RunAsync("status web-1")).Output, StringComparison.Ordinal);

        await DoneAsync("open on web-1: nothing\n", "ports web-1 none");
        await DoneAsync("none\n", "ports web-1");
        Assert.Contains("there is no instance web-2; did you mean `web-1`?", (await RunAsync("status web-2")).Error, StringComparison.Ordinal);
        var unknown = await RunAsync("open web-2 22");
        Assert.Equal((1, "portlight: there is no instance web-2 in us-east-1; did you mean `web-1`?\n"), (unknown.Code, unknown.Error));
        Assert.Contains("did you mean `https`?", (await RunAsync("open web-1 htps")).Error, StringComparison.Ordinal);
        Assert.Contains("`portlight region open` opens another one", (await RunAsync("ports web-1 --region eu-west-1")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_shows_what_would_become_of_packets_and_changes_nothing()
    {
        using var server = await ServeProcess.StartAsync(_data.FullName);
        await server.CreateAsync("web-1");
        await DoneAsync("open on web-1: 22/tcp; icmp:8\n", "ports web-1 22,icmp:8");

        await DoneAsync("narrows 22/tcp from everybody to 10.0.0.0/8\ncloses icmp:8 to 0.0.0.0/0\n", "ports web-1 22@10.0.0.0/8 --dry-run");
        await DoneAsync("opens 443/tcp to everybody\nno packet is treated otherwise than now\n", "open web-1 443 22@192.0.2.7 --dry-run");
        await DoneAsync("closes 22/tcp to everybody\n", "close web-1 22 --dry-run");

        var many = await RunAsync($"open web-1 443@{string.Join(',', Enumerable.Range(1, 61).Select(i => $"192.0.2.{i}"))} --dry-run");
        Assert.Equal(1, many.Code);
        Assert.Contains("it would be refused: portInfo: would give the instance 61 IPv4 sources", many.Error, StringComparison.Ordinal);
        Assert.Contains("there is no instance web-2", (await RunAsync("open web-2 22 --dry-run")).Error, StringComparison.Ordinal);
        await DoneAsync("22/tcp\nicmp:8\n", "ports web-1");
    }

    [Fact]
    public async Task Exposure_counts_who_reaches_what_and_names_the_instances_of_a_port()
    {
        using var server = await ServeProcess.StartAsync(_data.FullName);
        await server.CreateAsync("web-1");
        await server.CreateAsync("web-2");
        await RunAsync("ports web-1 443,22@10.0.0.0/8");
        await RunAsync("ports web-2 none");

        var (code, output, _) = await RunAsync("exposure");
        Assert.Equal(0, code);
        Assert.Matches("(?m)^ *443/tcp +1 *$", output);
        Assert.Matches("(?m)^ *22/tcp +1 *$", output);
        Assert.Contains("packets are not filtered, so everything is open: web-1, web-2\n", output, StringComparison.Ordinal); // this server records
        Assert.Matches("web-2 +everyone +its packets are not filtered", (await RunAsync("exposure 22")).Output);
        Assert.Contains("nothing is open on 0 instances", (await RunAsync("exposure --tag env=prod")).Output, StringComparison.Ordinal);
        Assert.Equal("0", JsonDocument.Parse((await RunAsync("exposure --tag env --json")).Output).RootElement.GetProperty("instances").ToString());
        Assert.Equal(2, (await RunAsync("exposure 22-23")).Code);
    }

    [Fact]
    public async Task Watch_tells_of_the_next_change()
    {
        using var server = await ServeProcess.StartAsync(_data.FullName);
        await server.CreateAsync("web-1");
        await server.CreateAsync("web-2");
        await RunAsync("ports web-2 22");
        var watches = RunAsync("watch web-2 --once");
        while (!watches.IsCompleted)
        {
            // Until it watches, a change is not the next one.
            await RunAsync("ports web-1 443");
            await RunAsync("ports web-2 443");
            await RunAsync("ports web-2 22");
        }

        var (code, output, _) = await watches;
        Assert.Equal(0, code);
        Assert.Matches("^....-..-..T..:..:..Z web-2: (- 22/tcp; [+] 443/tcp|- 443/tcp; [+] 22/tcp|the same ports) [(]not filtered: ", output);
        Assert.Single(output.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Changes_of_ports_are_shown_and_undone_to_any_earlier_one()
    {
        using var server = await ServeProcess.StartAsync(_data.FullName);
        await server.CreateAsync("web-1");
        await RunAsync("ports web-1 22");
        await RunAsync("ports web-1 443@10.0.0.0/8,2001:db8::/32;icmp:8");
        await RunAsync("open web-1 8000-8100/udp");

        var (_, history, _) = await RunAsync("history web-1");
        var lines = history.Split('\n');
        Assert.Matches(@"OpenInstancePublicPorts +\+ 8000-8100/udp", history);
        Assert.Matches(@"PutInstancePublicPorts +- 22/tcp", history);
        Assert.Contains(lines, line => line.Contains("+ 443/tcp from 10.0.0.0/8, 2001:db8::/32", StringComparison.Ordinal));
        Assert.Matches("CreateInstances +new", history);
        var first = lines.First(line => line.Contains("+ 22/tcp", StringComparison.Ordinal) || line.Contains("- 80/tcp", StringComparison.Ordinal));
        var id = first.TrimEnd().Split(' ')[^1];

        await DoneAsync("open on web-1: 443/tcp from 10.0.0.0/8, 2001:db8::/32; icmp:8\n", "undo web-1");
        await DoneAsync("open on web-1: 443/tcp from 10.0.0.0/8, 2001:db8::/32; icmp:8; 8000-8100/udp\n", "undo web-1");
        await DoneAsync("open on web-1: 22/tcp\n", $"undo web-1 --to {id}");
        await DoneAsync("the ports of web-1 are so already: 22/tcp\n", $"undo web-1 --to {id}");
        Assert.Contains("with the id nope", (await RunAsync("undo web-1 --to nope")).Error, StringComparison.Ordinal);
        Assert.Contains("there is no instance web-2", (await RunAsync("undo web-2")).Error, StringComparison.Ordinal);
        await DoneAsync("the audit log has no change of the ports of web-2\n", "history web-2");
        Assert.Matches("OpenInstancePublicPorts +web-1 +opens 8000-8100/udp to everybody", (await RunAsync("history")).Output);
    }

    [Fact]
    public async Task Ports_that_are_open_for_a_time_are_shown_until_when()
    {
        using var server = await ServeProcess.StartAsync(_data.FullName);
        await server.CreateAsync("web-1");
        await RunAsync("ports web-1 22");

        var (code, output, _) = await RunAsync("open web-1 5432 --from 192.0.2.7 --for 1h");
        Assert.Equal(0, code);
        Assert.Matches("^opened 5432/tcp from 192.0.2.7/32 on web-1 until ....-..-..T..:..:..Z\n$", output);
        await DoneAsync("22/tcp is open for good on web-1\n", "open web-1 22 --for 30m");
        Assert.Matches("^22/tcp\n5432/tcp from 192.0.2.7/32\nuntil ....-..-..T..:..:..Z: 5432/tcp from 192.0.2.7/32\n$", (await RunAsync("ports web-1")).Output);
        Assert.Contains("30s to 30d", (await RunAsync("open web-1 5432 --for 5s")).Error, StringComparison.Ordinal);
        Assert.Contains("ports are only recorded", (await RunAsync("connections web-1")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task To_undo_puts_no_network_back_that_attaching_again_has_closed()
    {
        using var server = await ServeProcess.StartAsync(_data.FullName);
        Assert.Equal(0, (await RunAsync("attach me --this-host --open 22 --private 10.0.0.0/8 --yes")).Code);
        Assert.Equal(0, (await RunAsync("open me 443")).Code);
        var earlier = (await RunAsync("history me --limit 1")).Output.TrimEnd().Split('\n')[^1].TrimEnd().Split(' ')[^1];
        await DoneAsync("open on me: 22/tcp\n", "undo me");
        Assert.Equal(0, (await RunAsync("attach me --this-host --yes")).Code);

        foreach (var line in new[] { "undo me", $"undo me --to {earlier}" })
        {
            var refused = await RunAsync(line);
            Assert.Equal(1, refused.Code);
            Assert.Contains("may have been attached otherwise", refused.Error, StringComparison.Ordinal);
        }

        await DoneAsync("22/tcp\n", "ports me");
    }

    [Fact]
    public async Task A_refusal_half_way_says_what_is_done_and_what_is_not()
    {
        using var server = await ServeProcess.StartAsync(_data.FullName);
        await server.CreateAsync("web-1");
        await DoneAsync("open on web-1: 80/tcp; 0-65535/tcp\n", "ports web-1 80,0-65535/tcp");

        // Closing 81 alone closes nothing, because the range lets it in.
        var refused = await RunAsync("close web-1 80 81 82");
        Assert.Equal(1, refused.Code);
        Assert.Contains("`81/tcp", refused.Error, StringComparison.Ordinal);
        await DoneAsync("80/tcp\n0-65535/tcp\n", "ports web-1");
    }

    [Fact]
    public async Task Instances_of_one_name_are_told_apart_by_region_and_account()
    {
        using var server = await ServeProcess.StartAsync(_data.FullName);
        await server.CreateAsync("web-1");
        Assert.DoesNotContain("region", (await RunAsync("status")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("region open eu-central-1")).Code);
        await OpenedAsync("eu-central-1");
        await CreateAsync("eu-central-1", "web-1");
        await CreateAsync("eu-central-1", "eu-web");

        var all = (await RunAsync("status")).Output;
        Assert.Contains("us-east-1", all, StringComparison.Ordinal);
        Assert.Contains("eu-central-1", all, StringComparison.Ordinal);
        Assert.Equal(["eu-central-1", "us-east-1"], (await RegionsAsync("status web-1 --json")).Order(StringComparer.Ordinal));
        Assert.Equal(["eu-central-1"], await RegionsAsync("status web-1 --region eu-central-1 --json"));
        Assert.Equal(["eu-central-1"], await RegionsAsync("status eu-web --json"));

        await DoneAsync("open on web-1: 25/tcp\n", "ports web-1 smtp --region eu-central-1");
        await DoneAsync("25/tcp\n", "ports web-1 --region eu-central-1");
        Assert.DoesNotContain("25/tcp", (await RunAsync("ports web-1")).Output, StringComparison.Ordinal);
        Assert.Contains("there is one with --region eu-central-1 --account ", (await RunAsync("ports eu-web")).Error, StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync("account create 111122223333")).Code);
        var stranger = await RunAsync("ports web-1 --account 111122223333");
        Assert.Contains("the key of account 111122223333 is not known here", stranger.Error, StringComparison.Ordinal);
        using var status = JsonDocument.Parse((await RunAsync("status --json")).Output);
        var own = status.RootElement.GetProperty("server").GetProperty("accountId").GetString();
        await DoneAsync("25/tcp\n", $"ports web-1 --region eu-central-1 --account {own}");
    }

    private async Task<IReadOnlyList<string>> RegionsAsync(string line)
    {
        using var status = JsonDocument.Parse((await RunAsync(line)).Output);
        return [.. status.RootElement.GetProperty("instances").EnumerateArray().Select(instance => instance.GetProperty("regionName").GetString()!)];
    }

    private Task OpenedAsync(string region) => Until.TrueAsync(async () => Regex.IsMatch((await RunAsync("region list")).Output, $"{region} +open "), $"{region} to be set up");

    private async Task CreateAsync(string region, string name)
    {
        using var installation = Installation.Open(_data.FullName, region);
        await installation.LightsailAsync(
            "CreateInstances",
            new CreateInstancesRequest { InstanceNames = [name], AvailabilityZone = region + "a", BlueprintId = "debian_12", BundleId = "nano_3_0" },
            LightsailJson.Default.CreateInstancesRequest,
            LightsailJson.Default.CreateInstancesResponse,
            confirmWithin: null,
            TestContext.Current.CancellationToken);
    }

    private async Task DoneAsync(string expected, string line)
    {
        var (code, output, error) = await RunAsync(line);
        Assert.True(code == 0, error);
        Assert.Equal(expected, output);
    }

    private Task<(int Code, string Output, string Error)> RunAsync(string line) => CommandLine.RunAsync($"{line} --data {_data.FullName}");
}
