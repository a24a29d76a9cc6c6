using Portlight.Cli.Verbs;

namespace Portlight.Cli.Tests.Verbs;

/// <summary>When the session began in which `portlight confirm` is typed, by a procfs of the test's own.</summary>
public sealed class SessionAgeTests : IDisposable
{
    private readonly string _proc = Directory.CreateTempSubdirectory("portlight-proc-").FullName;

    public SessionAgeTests() => File.WriteAllText(Path.Combine(_proc, "stat"), "cpu 1 2 3\nbtime 1795000000\nprocesses 9\n");

    public void Dispose() => Directory.Delete(_proc, recursive: true);

    [Theory]
    [InlineData("sshd")]
    [InlineData("sshd-session")]
    public void It_is_the_start_of_the_nearest_sshd_above_through_sudo_too(string daemon)
    {
        Add(900, "portlight", 800, 90_000);
        Add(800, "sudo (root) x", 700, 80_000);
        Add(700, "bash", 600, 70_000);
        Add(600, daemon, 500, 60_050);
        Add(500, "sshd", 1, 1_000);

        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795000000).AddSeconds(600.5), SessionAge.StartOf(_proc, 900));
    }

    [Fact]
    public void At_the_console_or_in_tmux_it_cannot_be_told()
    {
        Add(900, "portlight", 800, 90_000);
        Add(800, "tmux: server", 1, 80_000);

        Assert.Null(SessionAge.StartOf(_proc, 900));
    }

    [Fact]
    public void A_process_that_is_gone_or_hidden_tells_nothing() => Assert.Null(SessionAge.StartOf(_proc, 900));

    [Fact]
    public void What_the_kernel_really_writes_is_understood() => Assert.True(SessionAge.StartOf("/proc", Environment.ProcessId) is null or { Year: > 2000 });

    private void Add(int process, string name, int parent, long start)
    {
        Directory.CreateDirectory(Path.Combine(_proc, $"{process}"));
        File.WriteAllText(Path.Combine(_proc, $"{process}", "stat"), $"{process} ({name}) S {parent} 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 {start} 1000 2000\n");
    }
}
