using System.Runtime.CompilerServices;

namespace Portlight.TestKit;

/// <summary>
/// Compares text with a file under `Golden/` beside the test's source. `GOLDEN=update ./test` rewrites the files; a person reads the difference. A missing
/// file fails, and on a CI machine (CI=true) nothing is rewritten.
/// </summary>
public static class Golden
{
    /// <summary>Asserts that <paramref name="actual"/> is what `Golden/<paramref name="name"/>` holds.</summary>
    public static void Match(string name, string actual, [CallerFilePath] string testFile = "")
    {
        string path = Path.Combine(Path.GetDirectoryName(testFile)!, "Golden", name);
        string text = actual.ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable("GOLDEN") == "update")
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "golden files are not updated where CI=true");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
            return;
        }

        Assert.True(File.Exists(path), $"no golden file {path}; GOLDEN=update writes it");
        Assert.Equal(File.ReadAllText(path), text);
    }
}
