namespace Portlight.Wire.Tests;

/// <summary>
/// Material that is not part of the repository (recorded answers, published vectors): the folder <c>shared</c> beside the
/// checkout or any folder above it, or where <c>PORTLIGHT_RECORDED</c> says. Tests that read it are skipped, with a reason,
/// where it is not.
/// </summary>
internal static class RecordedMaterial
{
    internal static string Folder(string name)
    {
        if (Environment.GetEnvironmentVariable("PORTLIGHT_RECORDED") is { Length: > 0 } root)
        {
            return Path.Combine(root, name);
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", name);
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return Path.Combine("shared", name);
    }
}
