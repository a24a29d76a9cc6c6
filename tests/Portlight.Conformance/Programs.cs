using System.Diagnostics;

namespace Portlight.Conformance;

/// <summary>Finds and runs other people's programs.</summary>
internal static class Programs
{
    /// <summary>
    /// The system's own program before another of the name that comes earlier on the search path: a stock client is what the distribution installs. One that is
    /// missing fails the test that needs it.
    /// </summary>
    public static string Find(string name, string package)
    {
        var found = TryFind(name);
        Assert.True(found is not null, $"there is no `{name}` on this machine: install the package {package} (eng/install-packages does)");
        return found;
    }

    /// <summary>The same; null when there is none.</summary>
    public static string? TryFind(string name) => FindAll(name).FirstOrDefault();

    /// <summary>All programs of the name, in the same order; a file that is reached by two paths is there twice.</summary>
    public static IEnumerable<string> FindAll(string name)
    {
        string[] folders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin", .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)];
        return folders.Select(folder => Path.Combine(folder, name)).Where(File.Exists).Distinct();
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(ProcessStartInfo start)
    {
        using var process = Start(start);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }

    public static Process Start(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        return Process.Start(start) ?? throw new InvalidOperationException($"`{start.FileName}` did not start");
    }
}
