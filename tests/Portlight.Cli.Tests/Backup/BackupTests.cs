using System.Formats.Tar;
using System.IO.Compression;
using Portlight.Storage;
using Portlight.TestKit.Serving;

namespace Portlight.Cli.Tests.Backup;

/// <summary><c>portlight backup</c> of a running server, and <c>portlight restore</c>.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portlight-backup-");

    private string Data => Path.Combine(_folder.FullName, "data");

    private string Copy => Path.Combine(_folder.FullName, "copy");

    private string Packed => Path.Combine(_folder.FullName, "backup.tar.gz");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_running_installation_comes_back_from_one_file_as_it_was()
    {
        using (var server = await ServeProcess.StartAsync(Data))
        {
            await server.CreateAsync("web-1");
            Assert.Equal(200, (await server.PutAsync("web-1", 443)).Status);
            Assert.Equal((0, $"{Packed}\n"), await RunAsync($"backup {Packed} --data {Data}") is var made ? (made.Code, made.Output) : default);

            // What comes after the backup is not in it.
            Assert.Equal(200, (await server.PutAsync("web-1", 80)).Status);
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(Packed));
        Assert.Equal((0, $"restored {Copy}\n"), await RunAsync($"restore {Packed} --data {Copy}") is var restored ? (restored.Code, restored.Output) : default);
        Assert.Equal(["credentials", "installation", "portlight.db", "secret.key"], Directory.EnumerateFileSystemEntries(Copy).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(Directory.GetFiles(Copy), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(file)));
        Assert.Equal(InstallationFile.Read(Data), InstallationFile.Read(Copy));

        using var again = await ServeProcess.StartAsync(Copy);
        Assert.Equal(443, await again.PortAsync("web-1"));
        Assert.Equal(0, (await RunAsync($"audit verify --data {Copy}")).Code);
    }

    [Fact]
    public async Task A_backup_replaces_nothing_and_a_restoration_neither()
    {
        using (await ServeProcess.StartAsync(Data))
        {
            await File.WriteAllTextAsync(Packed, "mine", TestContext.Current.CancellationToken);
            Assert.Contains("is there already", (await RunAsync($"backup {Packed} --data {Data}")).Error, StringComparison.Ordinal);
            Assert.Equal("mine", await File.ReadAllTextAsync(Packed, TestContext.Current.CancellationToken));
            File.Delete(Packed);
            Assert.Contains("is not there", (await RunAsync($"backup {Packed}.d/b --data {Data}")).Error, StringComparison.Ordinal);
            Assert.False(Directory.Exists($"{Packed}.d"));
            Assert.Equal(0, (await RunAsync($"backup {Packed} --data {Data}")).Code);
        }

        Assert.Contains("is not empty", (await RunAsync($"restore {Packed} --data {Data}")).Error, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync($"backup {Packed}.2 --data {Copy}")).Code);
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public async Task What_is_no_whole_backup_leaves_the_directory_empty()
    {
        using (await ServeProcess.StartAsync(Data))
        {
            Assert.Equal(0, (await RunAsync($"backup {Packed} --data {Data}")).Code);
        }

        var whole = await File.ReadAllBytesAsync(Packed, TestContext.Current.CancellationToken);
        await RefusesAsync(whole[..(whole.Length / 2)], "no backup of Portlight");
        await RefusesAsync("no archive at all"u8.ToArray(), "no backup of Portlight");
        await RefusesAsync(Archive(("../evil", "x")), "`../evil` does not belong in one");
        await RefusesAsync(Archive(("credentials", "x")), "is missing");
        await RefusesAsync(Archive(("credentials", "x"), ("credentials", "y")), "does not belong in one");
        await RefusesAsync(Archive(("secret.key", ""), ("credentials", ""), ("installation", ""), ("portlight.db", "damaged")), "portlight.db");
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "evil")));
    }

    /// <summary>A unit that an earlier version has installed.</summary>
    [Fact]
    public async Task Restore_without_a_file_is_still_what_a_boot_calls() =>
        Assert.Equal((await RunAsync($"restore-rules --data {_folder.FullName}")).Output, (await RunAsync($"restore --data {_folder.FullName}")).Output);

    private async Task RefusesAsync(byte[] backup, string why)
    {
        await File.WriteAllBytesAsync(Packed, backup, TestContext.Current.CancellationToken);
        var refused = await RunAsync($"restore {Packed} --data {Copy}");
        Assert.Equal(1, refused.Code);
        Assert.Contains(why, refused.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Copy));
    }

    private static byte[] Archive(params (string Name, string Text)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(zip))
        {
            foreach (var (name, text) in entries)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(System.Text.Encoding.ASCII.GetBytes(text)) });
            }
        }

        return stream.ToArray();
    }

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);

    private static Task<(int Code, string Output, string Error)> RunAsync(string line) => CommandLine.RunAsync(line);
}
