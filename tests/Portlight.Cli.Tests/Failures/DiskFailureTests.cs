using Portlight.TestKit;
using Portlight.TestKit.Serving;

namespace Portlight.Cli.Tests.Failures;

/// <summary>A disk that fails under a running server: what is answered is true, and a server that cannot go on ends.</summary>
public sealed class DiskFailureTests : IDisposable
{
    private const int Before = 2222;
    private const int Refused = 48123;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("portlight-failure-");

    private string Data => Path.Combine(_directory.FullName, "data");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_flush_that_fails_the_outcome_is_unknown_and_the_restart_decides(bool isKilled)
    {
        using var flush = await FailingFlush.BuildAsync();
        var command = ServeProcess.CommandOn(Data);
        flush.Prepare(command, "portlight.db-wal", content: $"{Refused}");
        using (var server = await ServeProcess.StartAsync(command, Data))
        {
            await server.CreateAsync("web-1");
            Assert.Equal(200, (await server.PutAsync("web-1", Before)).Status);
            flush.Arm();
            var (status, body) = await server.PutAsync("web-1", Refused);
            if (isKilled)
            {
                server.Kill();
            }

            Assert.Equal(500, status);
            Assert.Contains("outcome of the request is unknown", body, StringComparison.Ordinal);
            Assert.DoesNotContain("nothing was written", body, StringComparison.Ordinal);
            var (code, error) = await server.EndAsync();
            if (!isKilled)
            {
                Assert.Equal(1, code);
                Assert.Contains("the store has stopped", error, StringComparison.Ordinal);
            }
        }

        using var restarted = await ServeProcess.StartAsync(Data);
        Assert.Contains(await restarted.PortAsync("web-1"), new[] { Before, Refused });
        Assert.Equal((200, "ok"), await restarted.HealthAsync());
        Assert.Equal(200, (await restarted.PutAsync("web-1", Before)).Status);
        Assert.Equal(Before, await restarted.PortAsync("web-1"));
    }

    [Fact]
    public async Task A_start_that_cannot_make_durable_what_it_finds_is_refused()
    {
        using (var server = await ServeProcess.StartAsync(Data))
        {
            await server.CreateAsync("web-1");
            server.Kill();
            await server.EndAsync();
        }

        using var flush = await FailingFlush.BuildAsync();
        flush.Arm();
        var command = ServeProcess.CommandOn(Data);
        flush.Prepare(command, "portlight.db");
        using var process = System.Diagnostics.Process.Start(command)!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, process.ExitCode);
        Assert.Contains("check the disk", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_data_directory_ends_the_acknowledgements_and_the_server()
    {
        using var server = await ServeProcess.StartAsync(Data);
        await server.CreateAsync("web-1");
        Directory.Delete(Data, recursive: true);

        Assert.Equal(500, (await server.PutAsync("web-1", Refused)).Status);
        var (code, error) = await server.EndAsync();
        Assert.Equal(1, code);
        Assert.Contains("no longer where it was opened", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data), "the server made its directory again");
    }

    [Fact]
    public async Task Another_database_in_the_place_of_the_open_one_is_not_written_to_and_not_deleted()
    {
        var moved = Path.Combine(_directory.FullName, "moved");
        using (var server = await ServeProcess.StartAsync(Data))
        {
            await server.CreateAsync("web-1");
            Assert.Equal(200, (await server.PutAsync("web-1", Before)).Status);
            Directory.Move(Data, moved);
            Directory.CreateDirectory(Data);
            foreach (var file in Directory.GetFiles(moved, "portlight.db*").Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
            {
                File.Copy(file, Path.Combine(Data, Path.GetFileName(file)));
            }

            Assert.Equal(500, (await server.PutAsync("web-1", Refused)).Status);
            Assert.Equal(1, (await server.EndAsync()).Code);
        }

        Assert.True(File.Exists(Path.Combine(Data, "portlight.db-wal")), "the log of the other database was deleted");
        foreach (var rest in Directory.GetFiles(moved).Where(file => !File.Exists(Path.Combine(Data, Path.GetFileName(file)))))
        {
            File.Copy(rest, Path.Combine(Data, Path.GetFileName(rest)));
        }

        using var restarted = await ServeProcess.StartAsync(Data);
        Assert.Equal(Before, await restarted.PortAsync("web-1"));
    }
}
