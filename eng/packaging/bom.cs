using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;

// Writes what the published program consists of, as CycloneDX 1.5, from what NuGet locked when it was restored (project.assets.json): every package of which something gets into the program, the .NET
// runtime among them; and Debian packages that are named, as installed on this machine.
//
//   dotnet run --file eng/packaging/bom.cs -- ASSETS NAME VERSION FILE [DEBIAN-PACKAGE...]
using var assets = JsonDocument.Parse(File.ReadAllText(args[0]));
string name = args[1], version = args[2], file = args[3];
string[] kinds = ["runtime", "native"];
var folders = assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name).ToList();
var components = Packages().Concat(Runtime()).Concat(args[4..].Select(Debian)).OrderBy(component => (string)component["bom-ref"]!, StringComparer.Ordinal).ToArray();
var time = DateTimeOffset.FromUnixTimeSeconds(long.Parse(Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH")!, CultureInfo.InvariantCulture));
var root = $"pkg:generic/{name}@{version}";
var body = new JsonObject
{
    ["bomFormat"] = "CycloneDX",
    ["specVersion"] = "1.5",
    ["version"] = 1,
    ["metadata"] = new JsonObject
    {
        ["timestamp"] = time.ToString("yyyy-MM-ddTHH:mm:ssZ"),
        ["component"] = new JsonObject
        {
            ["type"] = "application",
            ["bom-ref"] = root,
            ["name"] = name,
            ["version"] = version,
            ["purl"] = root,
            ["licenses"] = Expression("Apache-2.0"),
        },
    },
    ["components"] = new JsonArray([.. components]),
    ["dependencies"] = new JsonArray(new JsonObject { ["ref"] = root, ["dependsOn"] = new JsonArray([.. components.Select(component => JsonValue.Create((string)component["bom-ref"]!))]) }),
};
File.WriteAllText(file, body.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n");

// Packages of which an assembly or a native library is published; those that only the compiler uses are not in the program.
IEnumerable<JsonObject> Packages()
{
    var target = assets.RootElement.GetProperty("targets").EnumerateObject().Single(one => one.Name.Contains('/', StringComparison.Ordinal));
    return
        from library in target.Value.EnumerateObject()
        where library.Value.GetProperty("type").GetString() == "package"
        where kinds.Any(kind => library.Value.TryGetProperty(kind, out var files) && files.EnumerateObject().Any(one => !one.Name.EndsWith("/_._", StringComparison.Ordinal)))
        let parts = library.Name.Split('/')
        select NuGet(parts[0], parts[1]);
}

// The compiler and the frameworks that are compiled into the program.
IEnumerable<JsonObject> Runtime() =>
    from framework in assets.RootElement.GetProperty("project").GetProperty("frameworks").EnumerateObject()
    where framework.Value.TryGetProperty("downloadDependencies", out _)
    from package in framework.Value.GetProperty("downloadDependencies").EnumerateArray()
    let id = package.GetProperty("name").GetString()!
    where id.Contains("linux-x64", StringComparison.OrdinalIgnoreCase)
    select NuGet(id, package.GetProperty("version").GetString()!.Trim('[', ']').Split(',')[0]);

JsonObject NuGet(string id, string packageVersion)
{
    var folder = folders.Select(one => Path.Combine(one, id.ToLowerInvariant(), packageVersion)).First(Directory.Exists);
    var manifest = XDocument.Load(Directory.GetFiles(folder, "*.nuspec").Single()).Descendants();
    var licence = manifest.FirstOrDefault(element => element.Name.LocalName == "license");
    var address = manifest.FirstOrDefault(element => element.Name.LocalName == "licenseUrl")?.Value;
    var component = Component($"pkg:nuget/{id}@{packageVersion}", id, packageVersion);
    component["hashes"] = new JsonArray(new JsonObject
    {
        ["alg"] = "SHA-512",
        ["content"] = Convert.ToHexStringLower(Convert.FromBase64String(File.ReadAllText(Directory.GetFiles(folder, "*.nupkg.sha512").Single()))),
    });
    component["licenses"] = (string?)licence?.Attribute("type") == "expression" ? Expression(licence!.Value)
        : new JsonArray(new JsonObject { ["license"] = new JsonObject { ["name"] = licence is null ? address ?? "not said" : $"the file {licence.Value} of the package" } });
    return component;
}

JsonObject Debian(string package)
{
    using var query = Process.Start(new ProcessStartInfo("dpkg-query", ["--show", "--showformat=${Version} ${Architecture}\n", package]) { RedirectStandardOutput = true })!;
    var (packageVersion, architecture) = query.StandardOutput.ReadToEnd().Split('\n')[0].Split(' ') is [var found, var of] ? (found, of) : throw new InvalidOperationException($"{package} is not installed");
    return Component($"pkg:deb/debian/{package}@{Uri.EscapeDataString(packageVersion)}?arch={architecture}", package, packageVersion);
}

static JsonObject Component(string purl, string of, string packageVersion) => new() { ["type"] = "library", ["bom-ref"] = purl, ["name"] = of, ["version"] = packageVersion, ["purl"] = purl };

static JsonArray Expression(string licence) => new(new JsonObject { ["expression"] = licence });
