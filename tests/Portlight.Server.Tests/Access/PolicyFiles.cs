using System.Runtime.CompilerServices;

namespace Portlight.Server.Tests.Access;

/// <summary>The policies that docs/access-control.md gives to copy.</summary>
internal static class PolicyFiles
{
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Here(), "../../../docs/policies"));

    public static string Guide { get; } = Path.GetFullPath(Path.Combine(Folder, "../access-control.md"));

    public static string Read(string name) => File.ReadAllText(Path.Combine(Folder, name + ".json"));

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
