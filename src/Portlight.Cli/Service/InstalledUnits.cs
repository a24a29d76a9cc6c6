using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Portlight.Linux;

namespace Portlight.Cli.Service;

/// <summary>The units in the folder of a machine's own units, this machine's or of an image that is a folder here. Touches only files that bear our mark.</summary>
/// <param name="root">The root folder of the image; null for this machine.</param>
/// <param name="output">Where each thing done is told, one a line.</param>
/// <param name="files">Their paths below that folder: units, of which the last is the one that is started, and drop-ins.</param>
internal sealed class InstalledUnits(string? root, TextWriter output, params string[] files)
{
    private const string Folder = "/etc/systemd/system";

    private const UnixFileMode ForEverybodyToRead = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string[] _units = [.. files.Where(file => !file.Contains('/', StringComparison.Ordinal))];

    /// <summary>False in an image, and where another init runs: units can be written and enabled there, not started.</summary>
    public bool IsRunning => root is null && Directory.Exists("/run/systemd/system");

    public static string PathOf(string name) => $"{Folder}/{name}";

    /// <summary>Writes what is not as it should be.</summary>
    /// <exception cref="FailedException">A unit of the name is there that somebody else wrote.</exception>
    public void Write(IReadOnlyDictionary<string, string> units)
    {
        foreach (var name in units.Keys)
        {
            RefuseForeign(name);
        }

        foreach (var (name, text) in units)
        {
            var path = root + PathOf(name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (File.Exists(path) && File.ReadAllText(path) == text)
            {
                output.WriteLine($"unchanged {path}");
                continue;
            }

            Replace(path, text);
            output.WriteLine($"wrote {path}");
        }

        Reload();
    }

    public void Enable()
    {
        Systemctl(["enable", .. _units]);
        output.WriteLine($"enabled {string.Join(" and ", _units)}: from the next boot on");
    }

    public void Start()
    {
        Systemctl(["restart", _units[^1]]);
        output.WriteLine($"started {_units[^1]}");
    }

    public void Remove()
    {
        var installed = files.Where(name => File.Exists(root + PathOf(name))).ToList();
        foreach (var name in installed)
        {
            RefuseForeign(name);
        }

        if (installed.Count == 0)
        {
            output.WriteLine("no units are installed");
            return;
        }

        if (_units.Intersect(installed).ToArray() is { Length: > 0 } units)
        {
            Systemctl(IsRunning ? ["disable", "--now", .. units] : ["disable", .. units]);
        }

        foreach (var path in installed.Select(name => root + PathOf(name)))
        {
            File.Delete(path);
            output.WriteLine($"removed {path}");
            // The folder of drop-ins, when no other is in it.
            if (Path.GetDirectoryName(path) is { } folder && folder != root + Folder && Directory.GetFileSystemEntries(folder).Length == 0)
            {
                Directory.Delete(folder);
            }
        }

        Reload();
    }

    /// <summary>Whole or not at all: a unit that a full disk has left empty restores no rules, and the next boot leaves every port open.</summary>
    private static void Replace(string path, string text)
    {
        using var written = WholeFile.Replace(path, file =>
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file.SafeFileHandle, ForEverybodyToRead);
            }
        });
    }

    private void RefuseForeign(string name)
    {
        var path = root + PathOf(name);
        if (File.Exists(path) && File.ReadLines(path).FirstOrDefault() != UnitText.Mark)
        {
            throw new FailedException($"{path} is not of this program's writing; move it away first");
        }
    }

    private void Reload()
    {
        if (IsRunning)
        {
            Systemctl(["daemon-reload"]);
        }
    }

    private void Systemctl(string[] words)
    {
        var start = new ProcessStartInfo("systemctl") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in root is null ? words : ["--root", root, .. words])
        {
            start.ArgumentList.Add(word);
        }

        try
        {
            using var process = Process.Start(start) ?? throw new FailedException("`systemctl` did not start");
            var reading = process.StandardOutput.ReadToEndAsync();
            var problem = process.StandardError.ReadToEnd();
            process.WaitForExit();
            reading.GetAwaiter().GetResult();
            if (process.ExitCode != 0)
            {
                throw new FailedException($"`systemctl {string.Join(' ', words)}` failed: {problem.Trim()}");
            }
        }
        catch (Win32Exception exception)
        {
            throw new FailedException($"`systemctl` cannot be run: {exception.Message}; portlight is a service where systemd is");
        }
    }
}
