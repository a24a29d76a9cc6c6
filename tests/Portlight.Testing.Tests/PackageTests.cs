using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Portlight.Testing.Tests;

/// <summary>
/// The package as a stranger uses it: packed, restored from a folder into a project that knows nothing of this tree, with the AWS SDK for .NET beside it. The example of its README is
/// compiled and run.
/// </summary>
public sealed partial class PackageTests : IDisposable
{
    private const int Interrupt = 2;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portlight-stranger-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Root => Path.GetFullPath(Path.Combine(Here(), "../.."));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_example_of_the_README_runs_in_a_project_that_has_the_package_alone()
    {
        await PackAsync("packed");
        WriteProject();
        await DotnetAsync("build", "--nologo", "-v", "q", "-o", In("out"));

        var output = (await RunAsync(new ProcessStartInfo(In("out/Stranger")))).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        // Throttled twice, and once more; signed for a time two hours ago; an error that the SDK has a class for; a kernel that refused.
        Assert.Equal(["Succeeded", "0", "111122223333", "as asked", "OperationFailureException"], output);
        Assert.Equal([], Directory.GetDirectories(_folder.FullName, "portlight-testing-*"));

        await AnInterruptEndsTheProcessAsync();
    }

    [Fact]
    public async Task Two_packings_are_the_same_bytes_and_the_rooms_of_the_server_are_nobodys_reference()
    {
        var first = await PackAsync("first");
        var second = await PackAsync("second");

        Assert.Equal(await File.ReadAllBytesAsync(first, Cancellation), await File.ReadAllBytesAsync(second, Cancellation));
        using var package = ZipFile.OpenRead(first);
        Assert.Equal(["ref/net10.0/Portlight.Testing.dll", "ref/net10.0/Portlight.Testing.xml"], package.Entries.Select(entry => entry.FullName).Where(name => name.StartsWith("ref/", StringComparison.Ordinal)));
        Assert.Contains(package.Entries, entry => entry.FullName == "lib/net10.0/Portlight.Server.dll");
        using var manifest = package.Entries.Single(entry => entry.FullName == "Portlight.Testing.nuspec").Open();
        Assert.DoesNotContain(XDocument.Load(manifest).Descendants(), element => ((string?)element.Attribute("id"))?.StartsWith("Portlight", StringComparison.Ordinal) == true);
    }

    /// <summary>A web host of its own would take the signal, and the tests of whoever pressed Ctrl-C would go on.</summary>
    private async Task AnInterruptEndsTheProcessAsync()
    {
        using var process = Process.Start(Quiet(new ProcessStartInfo(In("out/Stranger"), ["wait"])))!;
        Assert.StartsWith("http://127.0.0.1:", await process.StandardOutput.ReadLineAsync(Cancellation).AsTask().WaitAsync(Deadline, Cancellation), StringComparison.Ordinal);
        Assert.Equal(0, Kill(process.Id, Interrupt));
        await process.WaitForExitAsync(Cancellation).WaitAsync(Deadline, Cancellation);
        Assert.Equal(128 + Interrupt, process.ExitCode);
    }

    /// <summary>Packs what the build of this test has made; returns the package.</summary>
    private async Task<string> PackAsync(string folder)
    {
        await DotnetAsync(
            "pack", Path.Combine(Root, "src/Portlight.Testing"), "--no-build", "-c", "Release", "-v", "q", "--nologo", "-o", In(folder),
            "-p:DeterministicTimestamp=1700000000", $"-p:NuspecOutputPath={In($"{folder}-nuspec")}/");
        return Assert.Single(Directory.GetFiles(In(folder), "*.nupkg"));
    }

    private void WriteProject()
    {
        var version = XDocument.Load(Path.Combine(Root, "Directory.Build.props")).Descendants("Version").Single().Value;
        var sdk = XDocument.Load(Path.Combine(Root, "Directory.Packages.props")).Descendants("PackageVersion").Single(one => (string?)one.Attribute("Include") == "AWSSDK.SecurityToken").Attribute("Version")!.Value;
        Write("Stranger.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="AWSSDK.SecurityToken" Version="{sdk}" />
                <PackageReference Include="Portlight.Testing" Version="{version}" />
              </ItemGroup>
            </Project>
            """);
        // A folder of packages of its own: the next packing has the same version. What this machine has restored before is not fetched again.
        var restored = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named ? named : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");
        Write("NuGet.config", $"""
            <configuration>
              <packageSources>
                <add key="packed" value="{In("packed")}" />
              </packageSources>
              <fallbackPackageFolders>
                <add key="restored" value="{restored}" />
              </fallbackPackageFolders>
              <config>
                <add key="globalPackagesFolder" value="{In("packages")}" />
              </config>
            </configuration>
            """);
        Write("AmazonLightsail.cs", File.ReadAllText(Path.Combine(Here(), "Stranger/AmazonLightsail.cs.txt")));
        var readme = File.ReadAllText(Path.Combine(Root, "src/Portlight.Testing/README.md"));
        Write("Program.cs", File.ReadAllText(Path.Combine(Here(), "Stranger/Program.cs.txt")).Replace("/* the example of README.md */", Example().Match(readme).Groups["code"].Value, StringComparison.Ordinal));
    }

    private Task<string> DotnetAsync(params string[] words) => RunAsync(new ProcessStartInfo("dotnet", words));

    private async Task<string> RunAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(Quiet(start))!;
        var error = process.StandardError.ReadToEndAsync(Cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation).WaitAsync(Deadline, Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.True(process.ExitCode == 0, $"`{start.FileName} {string.Join(' ', start.ArgumentList)}` ended with {process.ExitCode}: {output}{await error}");
        return output;
    }

    private ProcessStartInfo Quiet(ProcessStartInfo start)
    {
        start.WorkingDirectory = _folder.FullName;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        // No server of a build outlives it, and what the program leaves in the folder for temporary files shows.
        (string Name, string Value)[] variables =
            [("MSBUILDDISABLENODEREUSE", "1"), ("UseSharedCompilation", "false"), ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"), ("DOTNET_NOLOGO", "1"), ("TMPDIR", _folder.FullName)];
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private string In(string path) => Path.Combine(_folder.FullName, path);

    private void Write(string path, string text) => File.WriteAllText(In(path), text);

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
