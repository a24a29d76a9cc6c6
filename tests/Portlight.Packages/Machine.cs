using System.Diagnostics;

namespace Portlight.Packages;

/// <summary>A Debian of its own, made by debootstrap and booted by systemd-nspawn on a network of its own.</summary>
internal sealed class Machine : IDisposable
{
    private const string Kept = "/var/cache/portlight/debian-bookworm";

    /// <summary>Two native builds are minutes on a machine that does nothing else.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(40);

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("portlight-machine-");

    internal Machine()
    {
        if (!Directory.Exists(Kept))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Kept)!);
            // It is there when it is whole.
            Run("debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus,iproute2,init-system-helpers,libssl3,man-db,procps", "bookworm", Kept + ".new");
            Directory.Move(Kept + ".new", Kept);
        }

        Run("cp", "--archive", Kept + "/.", _root.FullName);
        Write("/etc/systemd/system/early.socket", "[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=22\nListenStream=9999\nService=early.service\n");
        Write("/etc/systemd/system/early.service", "[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/sleep infinity\n");
        Write(
            "/etc/systemd/system/result.service",
            "[Unit]\nAfter=portlight.service portlight-agent.service multi-user.target early.socket\nSuccessAction=exit\nFailureAction=exit\n[Service]\nType=oneshot\nExecStart=/bin/bash /machine.sh\n");
        foreach (var wanted in (string[])["early.socket", "result.service"])
        {
            Directory.CreateDirectory(In("/etc/systemd/system/graphical.target.wants"));
            File.CreateSymbolicLink(In($"/etc/systemd/system/graphical.target.wants/{wanted}"), $"../{wanted}");
        }

        File.Copy(Path.Combine(AppContext.BaseDirectory, "machine.sh"), In("/machine.sh"));
        Directory.CreateDirectory(In("/packages"));
    }

    internal string In(string path) => _root.FullName + path;

    internal void Write(string path, string text) => File.WriteAllText(In(path), text);

    /// <summary>Runs a command in it without booting it.</summary>
    internal string Inside(params string[] words) => Run("systemd-nspawn", ["--quiet", "--register=no", "--keep-unit", "--pipe", $"--directory={_root.FullName}", .. words]);

    /// <summary>Boots it for a step of machine.sh; returns what was seen, by name. What was seen more than once has every value once.</summary>
    internal Dictionary<string, string> Boot(string step)
    {
        Write("/step", step);
        File.Delete(In("/seen"));
        var start = new ProcessStartInfo("systemd-nspawn", ["--quiet", "--register=no", "--keep-unit", "--boot", "--console=pipe", "--private-network", "--capability=CAP_NET_ADMIN", $"--directory={_root.FullName}"]);
        start.Environment["SYSTEMD_NSPAWN_API_VFS_WRITABLE"] = "network";
        start.Environment["SYSTEMD_NSPAWN_UNIFIED_HIERARCHY"] = "1";
        var console = Run(start);
        Assert.True(File.Exists(In("/seen")), $"nothing was seen: {console}");
        return File.ReadLines(In("/seen")).Select(line => line.Split(' ', 2)).GroupBy(words => words[0]).ToDictionary(group => group.Key, group => string.Join(", ", group.Select(words => words[1]).Distinct()));
    }

    public void Dispose() => _root.Delete(recursive: true);

    internal static string Run(string program, params string[] words) => Run(new ProcessStartInfo(program, words));

    private static string Run(ProcessStartInfo start)
    {
        // Settings of the shell that runs the tests are not the program's.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PORTLIGHT_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (!process.WaitForExit(Longest))
        {
            process.Kill(entireProcessTree: true);
        }

        var (text, problem) = (output.GetAwaiter().GetResult(), errors.GetAwaiter().GetResult());
        Assert.True(process.ExitCode == 0, $"`{start.FileName} {string.Join(' ', start.ArgumentList)}` ended with {process.ExitCode}: {text}{problem}");
        return text;
    }
}
