using System.Formats.Tar;
using System.IO.Compression;

namespace Portlight.Packages;

/// <summary>The archive for machines without Debian's packages: what is unpacked runs where it lies.</summary>
public sealed class TarballTests(MadePackages made) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portlight-tarball-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_program_runs_where_it_is_unpacked_and_writes_units_for_that_place()
    {
        var name = $"portlight-{MadePackages.Version}-linux-amd64";
        using (var gzip = new GZipStream(File.OpenRead(Path.Combine(made.Folder, name + ".tar.gz")), CompressionMode.Decompress))
        {
            TarFile.ExtractToDirectory(gzip, _folder.FullName, overwriteFiles: false);
        }

        string[] expected = ["LICENSE", "bin", "lib", "portlight.toml", "share"];
        Assert.Equal(expected, Directory.GetFileSystemEntries(In(name)).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
        var program = Path.Combine(In(name), "bin/portlight");
        Assert.StartsWith($"portlight {MadePackages.Version} (", Machine.Run(program, "--version"), StringComparison.Ordinal);
        Assert.Contains($"settings file {In(name)}/portlight.toml", Machine.Run(program, "check", "--settings", Path.Combine(In(name), "portlight.toml")), StringComparison.Ordinal);
        // Where `portlight console` and `serve --console` find it.
        Assert.StartsWith("usage: portlight-console ", Machine.Run(Path.Combine(In(name), "lib/portlight-console/portlight-console"), "--help"), StringComparison.Ordinal);
        Machine.Run(program, "install-service", "--root", In("image"), "--no-enable");
        Assert.Contains($"\nExecStart={program} serve ", File.ReadAllText(In("image/etc/systemd/system/portlight.service")), StringComparison.Ordinal);
    }

    private string In(string path) => Path.Combine(_folder.FullName, path);
}
