using System.Runtime.CompilerServices;
using System.Xml.Linq;

[assembly: AssemblyFixture(typeof(Portlight.Packages.MadePackages))]

namespace Portlight.Packages;

/// <summary>The packages of this tree, made once for all tests.</summary>
public sealed class MadePackages
{
    private readonly Lazy<string> _folder = new(() =>
    {
        Machine.Run(Path.Combine(Root, "eng/package"));
        return Path.Combine(Root, "artifacts/packages");
    });

    /// <summary>Where packages are that were made before, of this tree: PORTLIGHT_PACKAGES=DIR.</summary>
    private static readonly string? MadeBefore = Environment.GetEnvironmentVariable("PORTLIGHT_PACKAGES");

    internal static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../.."));

    internal static string Version { get; } = XDocument.Load(Path.Combine(Root, "Directory.Build.props")).Descendants("Version").Single().Value;

    /// <summary>The folder that has them.</summary>
    internal string Folder
    {
        get
        {
            Assert.SkipUnless(MadeBefore is not null || Environment.GetEnvironmentVariable("PORTLIGHT_STORM") == "1", "a native build takes minutes: PORTLIGHT_STORM=1 makes the packages");
            Assert.SkipUnless(Environment.IsPrivilegedProcess, "debootstrap and systemd-nspawn are for root alone");
            return MadeBefore ?? _folder.Value;
        }
    }

    private static string Here([CallerFilePath] string file = "") => file;
}
