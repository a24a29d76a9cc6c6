using System.Diagnostics;
using System.Runtime.Versioning;
using Portlight.TestKit.Serving;

namespace Portlight.Cli.Tests.Verbs;

/// <summary><c>portlight logs</c> on a machine with and without the service, with a program in the place of <c>journalctl</c> that tells what it was given.</summary>
[SupportedOSPlatform("linux")]
public sealed class LogsVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portlight-logs-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_journal_of_the_service_is_shown_and_its_exit_code_counts()
    {
        Assert.Equal((0, "--unit portlight.service --output cat --no-pager --lines 50\n", ""), await RunAsync(0, "logs"));
        Assert.Equal((0, "--unit portlight.service --output cat --no-pager --lines 3 --follow\n", ""), await RunAsync(0, "logs", "-n", "3", "-f"));
        Assert.Equal(1, (await RunAsync(4, "logs")).Code);
    }

    [Fact]
    public async Task Without_journalctl_that_is_said()
    {
        var (code, _, error) = await RunAsync(null, "logs");
        Assert.Equal((1, "portlight: `journalctl` cannot be run: it is not on the search path\n"), (code, error));
    }

    [Fact]
    public async Task Without_a_service_it_says_where_the_log_is()
    {
        Assert.SkipWhen(File.Exists("/etc/systemd/system/portlight.service"), "the service is installed on this machine");
        var (code, output, error) = await CommandLine.RunAsync("logs");
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("stderr of `portlight serve`", error, StringComparison.Ordinal);
    }

    /// <summary>On a machine that has the unit, in a mount namespace.</summary>
    /// <param name="journal">The exit code of journalctl; null where there is none.</param>
    /// <param name="words">The command line.</param>
    private async Task<(int Code, string Output, string Error)> RunAsync(int? journal, params string[] words)
    {
        var bin = Directory.CreateDirectory(Path.Combine(_folder.FullName, "bin")).FullName;
        var program = Path.Combine(bin, "journalctl");
        if (journal is { } ends)
        {
            await File.WriteAllTextAsync(program, $"#!/bin/sh\necho \"$@\"\nexit {ends}\n", TestContext.Current.CancellationToken);
            File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
        }

        const string WithUnit = "mount -t tmpfs tmpfs /etc && mkdir -p /etc/systemd/system && : >/etc/systemd/system/portlight.service && PATH=$0 && exec \"$@\"";
        var start = new ProcessStartInfo("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", WithUnit, bin, PortlightProgram.Path, .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }
}
