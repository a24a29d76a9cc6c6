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
        var path = Path.Combine(Path.GetDirectoryName(testFile)!, "Golden", name);
        var text = actual.ReplaceLineEndings("\n");
        if (IsUpdating())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
            return;
        }

        Assert.True(File.Exists(path), $"no golden file {path}; GOLDEN=update writes it");
        Assert.Equal(File.ReadAllText(path), text);
    }

    /// <summary>
    /// Asserts that a document, by its path from the test's folder, has <paramref name="actual"/> between the lines that begin with
    /// `&lt;!-- begin` and `&lt;!-- end`.
    /// </summary>
    public static void MatchBlock(string document, string actual, [CallerFilePath] string testFile = "")
    {
        var path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(testFile)!, document));
        var text = File.ReadAllText(path);
        var begin = text.IndexOf('\n', text.IndexOf("<!-- begin", StringComparison.Ordinal)) + 1;
        var end = text.IndexOf("<!-- end", begin, StringComparison.Ordinal);
        if (IsUpdating())
        {
            File.WriteAllText(path, text[..begin] + actual + text[end..]);
        }
        else
        {
            Assert.Equal(text[begin..end], actual);
        }
    }

    private static bool IsUpdating()
    {
        if (Environment.GetEnvironmentVariable("GOLDEN") != "update")
        {
            return false;
        }

        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "golden files are not updated where CI=true");
        return true;
    }
}
