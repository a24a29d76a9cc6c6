using System.Diagnostics;
using System.Runtime.Versioning;
using Portlight.Cli.Verbs;
using Portlight.TestKit.Serving;

namespace Portlight.Cli.Tests.Verbs;

/// <summary>What the doctor finds: the AWS CLI, the clock, and a directory that is another user's.</summary>
[SupportedOSPlatform("linux")]
public sealed class DoctorTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portlight-doctor-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("aws-cli/2.9.19 Python/3.11.2 Linux/6.1.0 source/x86_64.debian.12 prompt/off", "warning", "version 2.9.19, which ignores AWS_ENDPOINT_URL")]
    [InlineData("aws-cli/2.12.7 Python/3.11.4", "warning", "ignores")]
    [InlineData("aws-cli/2.13.0 Python/3.11.4", "ok", "version 2.13.0, which reads AWS_ENDPOINT_URL")]
    [InlineData("aws-cli/1.28.1 Python/3.9.2", "warning", "run it by `portlight aws`")]
    [InlineData("aws-cli/1.29.0 Python/3.9.2", "ok", "reads")]
    [InlineData("aws-cli/1.45.11 Python/3.11.7", "ok", "reads")]
    [InlineData("aws-cli/3.0.0dev", "ok", "version 3.0.0dev")]
    [InlineData("usage: aws", "warning", "is not an AWS CLI")]
    public void Which_AWS_CLI_reads_the_endpoint_of_the_environment(string said, string verdict, string text)
    {
        var finding = AwsCheck.Of("/usr/bin/aws", said);
        Assert.Equal(verdict, finding.Verdict);
        Assert.Contains(text, finding.Text, StringComparison.Ordinal);
        Assert.StartsWith("/usr/bin/aws is ", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_AWS_CLI_that_is_found_is_asked_for_its_version_wherever_it_writes_it()
    {
        var program = Path.Combine(_folder.FullName, "aws");
        await File.WriteAllTextAsync(program, "#!/bin/sh\necho aws-cli/1.16.1 Python/2.7 >&2\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        Assert.Contains("version 1.16.1", (await AwsCheck.RunAsync(program, TestContext.Current.CancellationToken)).Text, StringComparison.Ordinal);
        Assert.Contains("there is no `aws`", (await AwsCheck.RunAsync(null, TestContext.Current.CancellationToken)).Text, StringComparison.Ordinal);
        Assert.Contains("cannot be run: Permission denied", (await AwsCheck.RunAsync("/dev/null", TestContext.Current.CancellationToken)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, null, null, "problem", "before this program was built")]
    [InlineData(60, 66, null, "problem", "before /data/portlight.db was written (2026-11-26 13:06:00Z)")]
    [InlineData(60, 64, null, "ok", "kept by a time service")]
    [InlineData(60, 59, 70, "problem", "the running server's says 2026-11-26 13:10:00Z, 10 minutes off")]
    [InlineData(60, 59, 50, "problem", "10 minutes off")]
    [InlineData(60, 59, 64, "ok", "kept by a time service")]
    public void The_clock_is_held_against_times_that_cannot_be_in_the_future(int minutes, int? newest, int? server, string verdict, string text)
    {
        var finding = ClockCheck.Of(Now.AddMinutes(minutes), new ClockSigns
        {
            Built = Now,
            Newest = newest is { } written ? ("/data/portlight.db", Now.AddMinutes(written)) : null,
            Server = server is { } said ? Now.AddMinutes(said) : null,
            HasTimeService = true,
        });
        Assert.Equal(verdict, finding.Verdict);
        Assert.Contains(text, finding.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.None, "is another user's, and what is in it cannot be seen", "cannot be seen: its lock is another user's")]
    [InlineData((UnixFileMode)0b101_101_101, "cannot be written", "cannot be seen: its lock is another user's")]
    public async Task What_is_another_users_is_a_finding_and_not_the_end(UnixFileMode mode, string data, string server)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "portlight.db.lock"), "", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(Path.Combine(_folder.FullName, "portlight.db.lock"), UnixFileMode.None);
        File.SetUnixFileMode(_folder.FullName, mode);
        string[] asNobody = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] : [];
        var (code, output, error) = await RunAsync([.. asNobody, PortlightProgram.Path, "doctor", "--data", _folder.FullName]);
        var verb = mode == UnixFileMode.None ? await RunAsync([.. asNobody, PortlightProgram.Path, "status", "--data", _folder.FullName]) : default;
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_000_000);
        Assert.True(mode != UnixFileMode.None || verb == (1, "", $"portlight: the data directory {_folder.FullName} is another user's: run as that user, or as root (sudo)\n"), verb.Error);
        Assert.Equal((1, ""), (code, error));
        Assert.Contains(data, output, StringComparison.Ordinal);
        Assert.Contains(server, output, StringComparison.Ordinal);
        Assert.DoesNotContain("not there yet", mode == UnixFileMode.None ? output : "", StringComparison.Ordinal);
        Assert.All(output.TrimEnd('\n').Split('\n'), line => Assert.Matches("^(ok|warning|problem) ", line));
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }
}
