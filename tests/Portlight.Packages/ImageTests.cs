using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace Portlight.Packages;

/// <summary>The image as a container engine reads it: every blob by its digest, the layers one over the other, the entry point as the user that it names.</summary>
public sealed class ImageTests(MadePackages made) : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("portlight-image-");

    private string Layout => Path.Combine(made.Folder, $"portlight-{MadePackages.Version}.oci");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void Every_blob_is_what_its_digest_says_and_is_named_from_the_index_on()
    {
        var named = new HashSet<string>();
        using var index = JsonDocument.Parse(File.ReadAllText(Path.Combine(Layout, "index.json")));
        var manifest = Blob(index.RootElement.GetProperty("manifests")[0], named);
        using var image = JsonDocument.Parse(manifest);
        var config = JsonDocument.Parse(Blob(image.RootElement.GetProperty("config"), named)).RootElement;
        var contents = image.RootElement.GetProperty("layers").EnumerateArray().Select(layer => Blob(layer, named)).ToList();

        Assert.Equal(named.Order(StringComparer.Ordinal), Directory.GetFiles(Path.Combine(Layout, "blobs/sha256")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
        Assert.Equal(
            config.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(id => id.GetString()),
            contents.Select(content => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Unpacked(content).ToArray()))));
        Assert.Equal("65532:65532", config.GetProperty("config").GetProperty("User").GetString());
    }

    [Fact]
    public async Task The_entry_point_serves_as_its_user_with_nothing_but_the_image_around_it()
    {
        using var index = JsonDocument.Parse(File.ReadAllText(Path.Combine(Layout, "index.json")));
        using var image = JsonDocument.Parse(Blob(index.RootElement.GetProperty("manifests")[0], []));
        var config = JsonDocument.Parse(Blob(image.RootElement.GetProperty("config"), [])).RootElement.GetProperty("config");
        foreach (var layer in image.RootElement.GetProperty("layers").EnumerateArray())
        {
            TarFile.ExtractToDirectory(Unpacked(Blob(layer, [])), _root.FullName, overwriteFiles: true);
        }

        Directory.CreateDirectory(Path.Combine(_root.FullName, "proc"));
        Directory.CreateDirectory(Path.Combine(_root.FullName, "dev"));
        Machine.Run("chown", config.GetProperty("User").GetString()!, Path.Combine(_root.FullName, "var/lib/portlight"));
        string[] command = [.. config.GetProperty("Entrypoint").EnumerateArray().Concat(config.GetProperty("Cmd").EnumerateArray()).Select(word => word.GetString()!)];
        using var process = Process.Start(new ProcessStartInfo(
            "unshare",
            [
                "--net", "--mount", "--pid", "--fork", "--kill-child", "bash", "-c",
                // What every engine puts into a container beside the image (OCI runtime specification, default filesystems and devices), as far as it is looked at.
                "mount -t proc proc \"$0/proc\" && mount -t tmpfs tmpfs \"$0/dev\" && mknod -m 666 \"$0/dev/null\" c 1 3 && mknod -m 666 \"$0/dev/urandom\" c 1 9 && ip link set lo up && exec env -i /usr/sbin/chroot --userspec=\"$1\" \"$0\" \"${@:2}\"",
                _root.FullName, config.GetProperty("User").GetString()!, .. command,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var ready = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.True(ready == "portlight ready http://0.0.0.0:8580 enforce=record", $"{ready}{(ready is null ? await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken) : "")}");
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void What_the_program_consists_of_is_written_down_with_versions_and_licences()
    {
        using var bom = JsonDocument.Parse(File.ReadAllText(Path.Combine(made.Folder, $"portlight-{MadePackages.Version}.image.cdx.json")));
        var components = bom.RootElement.GetProperty("components").EnumerateArray().ToList();
        string[] versions = [.. components.Select(component => component.GetProperty("purl").GetString()!)];
        Assert.Contains(versions, purl => purl.StartsWith("pkg:nuget/Tomlyn@2.10.2", StringComparison.Ordinal));
        Assert.Contains(versions, purl => purl.StartsWith("pkg:nuget/SQLitePCLRaw.core@", StringComparison.Ordinal));
        Assert.Contains(versions, purl => purl.Contains("ILCompiler", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(versions, purl => purl.StartsWith("pkg:deb/debian/libc6@", StringComparison.Ordinal));
        Assert.DoesNotContain(versions, purl => purl.Contains("Analyzers", StringComparison.Ordinal));
        Assert.All(components.Where(component => component.GetProperty("purl").GetString()!.StartsWith("pkg:nuget/", StringComparison.Ordinal)), component => Assert.Equal(128, component.GetProperty("hashes")[0].GetProperty("content").GetString()!.Length));
    }

    /// <summary>A blob that a descriptor names, compared with what it says.</summary>
    private byte[] Blob(JsonElement descriptor, HashSet<string> named)
    {
        var digest = descriptor.GetProperty("digest").GetString()!["sha256:".Length..];
        named.Add(digest);
        var content = File.ReadAllBytes(Path.Combine(Layout, "blobs/sha256", digest));
        Assert.Equal((digest, descriptor.GetProperty("size").GetInt64()), (Convert.ToHexStringLower(SHA256.HashData(content)), content.Length));
        return content;
    }

    private static MemoryStream Unpacked(byte[] content)
    {
        var unpacked = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(content), CompressionMode.Decompress);
        gzip.CopyTo(unpacked);
        unpacked.Position = 0;
        return unpacked;
    }
}
