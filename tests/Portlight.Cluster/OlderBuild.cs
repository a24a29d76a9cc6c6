using Portlight.TestKit.Serving;

namespace Portlight.Cluster;

/// <summary>Builds of the command of earlier commits, which <c>eng/older COMMIT</c> makes.</summary>
internal static class OlderBuild
{
    /// <summary>One that may run beside this version.</summary>
    public static string? Beside { get; } = Find("PORTLIGHT_OLDER");

    /// <summary>One that cannot read what this version stores.</summary>
    public static string? TooOld { get; } = Find("PORTLIGHT_TOO_OLD");

    /// <exception cref="InvalidOperationException">There is no such program, or it is the one that was built with the tests: then nothing would be tried.</exception>
    private static string? Find(string variable)
    {
        if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } program)
        {
            return null;
        }

        var assembly = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(program))!, "portlight.dll");
        return !File.Exists(program) || (File.Exists(assembly) && File.ReadAllBytes(assembly).AsSpan().SequenceEqual(File.ReadAllBytes(PortlightProgram.Path + ".dll")))
            ? throw new InvalidOperationException($"{variable}: `{program}` is no portlight of an earlier commit")
            : Path.GetFullPath(program);
    }
}
