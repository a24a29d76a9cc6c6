using System.Text.Json;
using Portlight.TestKit;
using Portlight.TestKit.Serving;

namespace Portlight.Cli.Tests.Failures;

/// <summary>A disk without room: nothing is answered that cannot be written and recorded, and all is well once there is room.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const int Before = 2222;
    private const int Refused = 48123;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("portlight-failure-");

    private string Data => Path.Combine(_directory.FullName, "data");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_full_disk_refuses_for_certain_says_so_and_is_gone_when_there_is_room()
    {
        using var server = await StartOnSmallDiskAsync();
        var ballast = $"{server.Root}{Data}/ballast";
        await server.CreateAsync("web-1");
        Assert.Equal(200, (await server.PutAsync("web-1", Before)).Status);
        Fill(ballast);

        // What is in the log's file already can be written over; then the disk is full.
        var (port, status, body) = (Before, 200, "");
        for (var next = 10_000; status == 200; next++)
        {
            (port, (status, body)) = (status == 200 ? next : port, await server.PutAsync("web-1", next));
        }

        Assert.Equal(500, status);
        Assert.Contains("nothing was written", body, StringComparison.Ordinal);
        Assert.Equal((503, "disk-full"), await server.HealthAsync());

        File.Delete(ballast);
        await UntilHealthyAsync(server);
        Assert.NotEqual(port, await server.PortAsync("web-1"));
        Assert.Equal(200, (await server.PutAsync("web-1", Refused)).Status);
        Assert.Equal(Refused, await server.PortAsync("web-1"));
    }

    /// <summary>Nothing is answered that cannot be recorded: not a read, and no secret. What went unrecorded is counted in the log, and no call hangs.</summary>
    [Fact]
    public async Task A_full_disk_refuses_reads_too_hands_out_no_secret_and_the_log_tells_later_what_it_has_not()
    {
        using var server = await StartOnSmallDiskAsync();
        await server.CreateAsync("web-1");
        Assert.Equal(200, (await server.CallAsync("DownloadDefaultKeyPair", "{}")).Status);
        Fill($"{server.Root}{Data}/ballast");
        var answered = await ReadUntilRefusedAsync(server);
        var refused = 0;
        for (var call = 0; call < 200; call++)
        {
            // A secret, a read, and a call that is refused when it can be recorded.
            var (status, body) = await server.CallAsync((call % 3) switch { 0 => "DownloadDefaultKeyPair", 1 => "GetRegions", _ => "GetInstance" }, "{}");
            Assert.Equal(500, status);
            Assert.Contains("ServiceException", body, StringComparison.Ordinal);
            Assert.DoesNotContain("PRIVATE KEY", body, StringComparison.Ordinal);
            refused++;
        }

        Assert.Equal((503, "disk-full"), await server.HealthAsync());
        using var output = new StringWriter();
        Assert.Equal(1, await PortlightCommand.RunAsync(["doctor", "--json", "--data", server.Root + Data], output, TextWriter.Null));
        Assert.Contains(
            JsonSerializer.Deserialize<JsonElement>(output.ToString()).GetProperty("findings").EnumerateArray(),
            finding => Text(finding, "subject") == "server" && Text(finding, "verdict") == "problem" && Text(finding, "text")!.Contains("disk-full", StringComparison.Ordinal));

        File.Delete($"{server.Root}{Data}/ballast");
        await UntilHealthyAsync(server);
        Assert.Equal(200, (await server.CallAsync("GetRegions", "{}")).Status);
        var log = await LogAsync(server, until: events => events.Any(one => Text(one, "eventName") == "CallsUnrecorded"));

        // Every read that was answered is there; of the refused ones, how many.
        Assert.Equal(answered, log.Count(one => Text(one, "eventName") == "GetBundles" && !one.TryGetProperty("errorCode", out _)));
        var told = log.Where(one => Text(one, "eventName") == "CallsUnrecorded").Select(one => one.GetProperty("serviceEventDetails")).ToList();
        Assert.InRange(told.Sum(one => int.Parse(Text(one, "calls")!, System.Globalization.CultureInfo.InvariantCulture)), refused - 1, refused + 2);
        Assert.All(told, one => Assert.Equal("the audit log could not be written", Text(one, "reason")));
        Assert.Contains("DownloadDefaultKeyPair ServiceException: ", Text(told[0], "operations"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_that_a_stop_loses_are_counted_said_and_make_it_fail()
    {
        using var server = await StartOnSmallDiskAsync();
        Fill($"{server.Root}{Data}/ballast");
        var answered = await ReadUntilRefusedAsync(server);

        server.Terminate();
        var (code, error) = await server.EndAsync();

        Assert.Equal(1, code);
        var words = error.Split('\n').Single(line => line.Contains("are lost", StringComparison.Ordinal)).Split(' ');
        Assert.InRange(int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture), 1, answered + 1);
    }

    [Fact]
    public async Task A_quota_that_is_used_up_is_as_a_full_disk()
    {
        using var quota = await FailingFlush.BuildAsync();
        var command = ServeProcess.CommandOn(Data);
        quota.PrepareQuota(command, "portlight.db-wal");
        using (var server = await ServeProcess.StartAsync(command, Data))
        {
            await server.CreateAsync("web-1");
            Assert.Equal(200, (await server.PutAsync("web-1", Before)).Status);
            quota.Arm();

            var (status, body) = await server.PutAsync("web-1", Refused);

            Assert.Equal(500, status);
            Assert.Contains("nothing was written", body, StringComparison.Ordinal);
            Assert.Equal((503, "disk-full"), await server.HealthAsync());
            quota.Disarm();
            await UntilHealthyAsync(server);
            Assert.Equal(Before, await server.PortAsync("web-1"));
            Assert.Equal(200, (await server.PutAsync("web-1", 3333)).Status);
            server.Kill();
            await server.EndAsync();
        }

        using var restarted = await ServeProcess.StartAsync(Data);
        Assert.Equal(3333, await restarted.PortAsync("web-1"));
    }

    private Task<ServeProcess> StartOnSmallDiskAsync()
    {
        Directory.CreateDirectory(Data);
        string[] onSmallDisk = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs -o size=2m tmpfs \"$0\" && exec \"$@\"", Data];
        return ServeProcess.StartAsync(ServeProcess.CommandOn(Data, before: onSmallDisk), Data);
    }

    /// <summary>Reads until one is refused because it cannot be recorded; returns how many were answered.</summary>
    private static async Task<int> ReadUntilRefusedAsync(ServeProcess server)
    {
        for (var answered = 0; ; answered++)
        {
            var (status, body) = await server.CallAsync("GetBundles", "{}");
            if (status == 500)
            {
                Assert.Contains("could not be recorded in the audit log", body, StringComparison.Ordinal);
                return answered;
            }

            Assert.Equal(200, status);
            Assert.True(answered < 100_000, "100,000 reads were answered on a full disk");
        }
    }

    /// <summary>The exported events, once they are as awaited.</summary>
    private async Task<List<JsonElement>> LogAsync(ServeProcess server, Func<List<JsonElement>, bool> until)
    {
        List<JsonElement> events = [];
        await Until.TrueAsync(
            () =>
            {
                var text = string.Concat(Directory.GetFiles($"{server.Root}{Data}/audit").Order(StringComparer.Ordinal).Select(File.ReadAllText));
                events = [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
                return until(events);
            },
            () => $"an event in the log, which has {events.Count}");
        return events;
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            // Full: that was the purpose.
        }
    }

    private static async Task UntilHealthyAsync(ServeProcess server)
    {
        (int Status, string Word) health = default;
        await Until.TrueAsync(async () => (health = await server.HealthAsync()) == (200, "ok"), () => $"the server to be well: {health}");
    }
}
