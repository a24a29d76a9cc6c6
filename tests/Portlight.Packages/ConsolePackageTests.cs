using System.Diagnostics;
using Portlight.TestKit.Network;

namespace Portlight.Packages;

/// <summary>The package of the console: what is unpacked runs without .NET, and its unit leaves it nothing that it does not need.</summary>
public sealed class ConsolePackageTests(MadePackages made) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portlight-console-package-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_console_answers_where_it_is_unpacked_and_its_unit_is_tight()
    {
        Machine.Run("dpkg-deb", "--extract", Path.Combine(made.Folder, $"portlight-console_{MadePackages.Version}_amd64.deb"), _folder.FullName);

        var start = new ProcessStartInfo("/usr/bin/env", ["--ignore-environment", In("usr/bin/portlight-console"), "--listen", "http://127.0.0.1:0"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        try
        {
            var ready = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);
            using var http = new HttpClient();
            var page = await http.GetStringAsync(new Uri(new Uri(ready!.Split(' ')[2]), "sign-in"), TestContext.Current.CancellationToken);
            Assert.Contains("<h1 id=\"si\">Sign in</h1>", page, StringComparison.Ordinal);
            // Style sheet and scripts are in the package, by the names that the page gives them.
            var sheet = page.Split("rel=\"stylesheet\" href=\"")[1].Split('"')[0];
            Assert.Contains("--accent", await http.GetStringAsync(new Uri(new Uri(ready.Split(' ')[2]), sheet), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
        }

        var unit = In("usr/lib/systemd/system/portlight-console.service");
        Machine.Run("systemd-analyze", "security", "--offline=true", "--threshold=20", unit);
        Assert.Contains("/etc/default/portlight-console", File.ReadAllText(unit), StringComparison.Ordinal);
        Assert.True(File.Exists(In("etc/default/portlight-console")));
    }

    private string In(string path) => Path.Combine(_folder.FullName, path);
}
