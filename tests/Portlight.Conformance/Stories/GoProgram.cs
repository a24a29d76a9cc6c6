using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Portlight.Conformance.Stories;

/// <summary>A Go program of `Clients`, compiled with the SDK that the distribution packs as source. The compiler keeps what it built, so only the first run is slow.</summary>
internal static partial class GoProgram
{
    private const string Sources = "/usr/share/gocode";

    private static readonly Lock Building = new();
    private static readonly Dictionary<string, string> Built = [];

    public static StockClient Open(Installation installation, string program, string sdk, string service)
    {
        NotRun.Unless(Directory.Exists($"{Sources}/src/github.com/aws/{sdk}/service/lightsail"), $"no Go SDK here: install golang-github-aws-{sdk}-dev");
        NotRun.Unless(Programs.TryFind("go") is not null, "no Go compiler here: install golang-go");
        return ScriptedClient.Program(installation, Build(program), [service]);
    }

    /// <summary>The version of an SDK's sources.</summary>
    public static Version Version(string sdk)
    {
        var file = new[] { "aws/go_module_metadata.go", "go_module_metadata.go", "aws/version.go" }
            .Select(path => $"{Sources}/src/github.com/aws/{sdk}/{path}").FirstOrDefault(File.Exists) ?? "";
        return file.Length > 0 && VersionText().Match(File.ReadAllText(file)) is { Success: true } found ? System.Version.Parse(found.Groups["version"].Value) : new Version(0, 0);
    }

    private static string Build(string program)
    {
        lock (Building)
        {
            if (Built.TryGetValue(program, out var done))
            {
                return done;
            }

            string folder = Path.Combine(AppContext.BaseDirectory, "go"), output = Path.Combine(folder, program);
            var start = new ProcessStartInfo(Programs.Find("go", "golang-go"), ["build", "-o", output, "."]) { WorkingDirectory = Path.Combine(ScriptedClient.Folder, program) };
            start.Environment["GO111MODULE"] = "off";
            start.Environment["GOPATH"] = Sources;
            start.Environment["GOCACHE"] = Path.Combine(folder, "cache");
            (var code, var said, var errors) = Programs.RunAsync(start).GetAwaiter().GetResult();
            Assert.True(code == 0, $"{program} does not compile: {said}{errors}");
            return Built[program] = output;
        }
    }

    [GeneratedRegex("""\bgoModuleVersion = "(?<version>[0-9.]+)"|SDKVersion = "(?<version>[0-9.]+)" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex VersionText();
}
