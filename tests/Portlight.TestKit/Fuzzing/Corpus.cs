using System.Runtime.CompilerServices;

namespace Portlight.TestKit.Fuzzing;

/// <summary>
/// Inputs that a reader meets in earnest, one a file, under `Corpus/NAME` beside the test's source. An input that has broken a reader is added, and stays.
/// </summary>
public static class Corpus
{
    /// <summary>The files of `Corpus/<paramref name="name"/>`, by file name.</summary>
    public static IReadOnlyList<byte[]> Load(string name, [CallerFilePath] string testFile = "") =>
        [.. Directory.GetFiles(Path.Combine(Path.GetDirectoryName(testFile)!, "Corpus", name)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
}
