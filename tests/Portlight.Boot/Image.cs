using System.Diagnostics;
using System.Runtime.InteropServices;
using Portlight.TestKit.Network;

namespace Portlight.Boot;

/// <summary>
/// A machine to boot: a folder as its root, with /usr of this machine and the built program, and systemd as its first process (systemd-nspawn). Its network
/// is a namespace that the test made; systemd-networkd gives the interface its address, as on any machine.
/// </summary>
internal sealed class Image : IDisposable
{
    internal const string Program = "/opt/portlight/portlight";
    internal const string DataDirectory = "/var/lib/portlight";

    private const string Units = "/etc/systemd/system";

    private readonly List<string> _bound = [];
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("portlight-boot-");

    internal Image(string link, string address)
    {
        // The root of a machine is for everybody to enter; a temporary folder is not.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_root.FullName, (UnixFileMode)0b111_101_101);
        }

        foreach (var folder in (string[])["/etc/systemd/network", $"{Units}/multi-user.target.wants", "/usr", "/var/lib", "/run", "/tmp", "/root", "/proc", "/sys", "/dev"])
        {
            Directory.CreateDirectory(In(folder));
        }

        foreach (var link64 in (string[])["bin", "sbin", "lib", "lib64"])
        {
            Link($"/{link64}", $"usr/{link64}");
        }

        File.Copy("/usr/lib/os-release", In("/etc/os-release"));
        Write("/etc/hostname", "boot\n");
        // What is there already says that this is no first boot, with its questions.
        Write("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        Write("/etc/nftables.conf", "flush ruleset\n");
        Write("/etc/systemd/network/wan.network", $"[Match]\nName={link}\n[Network]\nAddress={address}\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n");
        Link($"{Units}/default.target", "/lib/systemd/system/multi-user.target");
        foreach (var masked in (string[])["console-getty.service", "systemd-logind.service"])
        {
            Link($"{Units}/{masked}", "/dev/null");
        }

        foreach (var wanted in (string[])["systemd-networkd.service", "nftables.service"])
        {
            Link($"{Units}/multi-user.target.wants/{wanted}", $"/lib/systemd/system/{wanted}");
        }
    }

    /// <summary>A path of the image as this machine has it.</summary>
    internal string In(string path) => _root.FullName + path;

    internal void Write(string path, string text) => File.WriteAllText(In(path), text);

    internal void WriteUnit(string name, string text)
    {
        Write($"{Units}/{name}", text);
        Link($"{Units}/multi-user.target.wants/{name}", $"../{name}");
    }

    /// <summary>Lets the machine see a folder of this one.</summary>
    internal void Bind(string folder, string at) => _bound.Add($"--bind-ro={Bound(folder)}:{at}");

    /// <summary>Changes the text of a unit that is there.</summary>
    internal void EditUnit(string name, Func<string, string> edit) => Write($"{Units}/{name}", edit(File.ReadAllText(In($"{Units}/{name}"))));

    /// <summary>A unit, a drop-in, or the link that enables a unit.</summary>
    internal void RemoveUnit(string path) => File.Delete(In($"{Units}/{path}"));

    /// <summary>Runs a command in the image without booting it, as an installer does.</summary>
    internal string Run(params IEnumerable<string> words) => Container(["--pipe"], words, _ => { });

    /// <summary>
    /// Boots, does something when the machine has written /up, tells it so by /seen, and returns when it has gone down by itself.
    /// </summary>
    internal T Boot<T>(string networkNamespace, Func<T> whenUp)
    {
        T? result = default;
        Container(["--boot", "--console=pipe", "--capability=CAP_NET_ADMIN", $"--network-namespace-path=/run/netns/{networkNamespace}"], [], container =>
        {
            var limit = Stopwatch.StartNew();
            while (!File.Exists(In("/up")) && !container.WaitForExit(20))
            {
                Assert.True(limit.Elapsed < Deadline.Span * 3, $"the machine was not up within {Deadline.Span * 3}");
            }

            result = whenUp();
            Write("/seen", "");
        });
        return result!;
    }

    public void Dispose() => _root.Delete(recursive: true);

    private void Link(string path, string target) => File.CreateSymbolicLink(In(path), target);

    private string Container(string[] options, IEnumerable<string> words, Action<Process> meanwhile)
    {
        var start = new ProcessStartInfo("systemd-nspawn") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // A machine may set its network's settings; systemd-nspawn alone would give it a read-only /proc/sys.
        start.Environment["SYSTEMD_NSPAWN_API_VFS_WRITABLE"] = "network";
        // As machines have it today; this one may have cgroup 1.
        start.Environment["SYSTEMD_NSPAWN_UNIFIED_HIERARCHY"] = "1";
        string[] common = ["--quiet", "--register=no", "--keep-unit", $"--directory={_root.FullName}", "--bind-ro=/usr", $"--bind-ro={Bound(AppContext.BaseDirectory)}:/opt/portlight"];
        foreach (var word in (string[])[.. common, .. _bound, .. Runtime(), .. options, .. words])
        {
            start.ArgumentList.Add(word);
        }

        using var container = Process.Start(start) ?? throw new InvalidOperationException("`systemd-nspawn` did not start");
        container.StandardInput.Close();
        var errors = container.StandardError.ReadToEndAsync();
        var output = container.StandardOutput.ReadToEndAsync();
        try
        {
            meanwhile(container);
            Assert.True(container.WaitForExit(Deadline.Span * 3), $"the machine did not go down within {Deadline.Span * 3}");
        }
        finally
        {
            // All of the machine's processes go with the first one.
            container.Kill(entireProcessTree: true);
        }

        var text = output.GetAwaiter().GetResult();
        Assert.True(container.ExitCode == 0, $"`systemd-nspawn {string.Join(' ', start.ArgumentList)}` ended with {container.ExitCode}: {errors.GetAwaiter().GetResult()}{text}");
        return text;
    }

    /// <summary>The .NET runtime, where it is not under /usr and not where programs look for it.</summary>
    private static IEnumerable<string> Runtime()
    {
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        return root.StartsWith("/usr/", StringComparison.Ordinal) ? [] : [$"--bind-ro={Bound(root)}:/opt/dotnet", "--setenv=DOTNET_ROOT=/opt/dotnet"];
    }

    /// <summary>The line by which a unit's program finds it there.</summary>
    internal static string RuntimeOfUnits => Runtime().Any() ? "Environment=DOTNET_ROOT=/opt/dotnet\n" : "";

    private static string Bound(string path) => Path.TrimEndingDirectorySeparator(path).Replace(":", "\\:", StringComparison.Ordinal);
}
