using System.Diagnostics;
using Portlight.TestKit.Network;

namespace Portlight.TestKit.Serving;

/// <summary>The built command, for test projects that reference it: it is beside their own program.</summary>
public static class PortlightProgram
{
    public static readonly string Path = System.IO.Path.Combine(AppContext.BaseDirectory, "portlight");

    /// <summary>How it is started with these words; settings of the shell that runs the tests are not the tests'.</summary>
    public static ProcessStartInfo Command(params IEnumerable<string> words) => CommandBehind([], words);

    /// <summary>The same, run by another command (<c>setpriv …</c>, <c>unshare …</c>).</summary>
    public static ProcessStartInfo CommandBehind(IEnumerable<string> before, params IEnumerable<string> words) => CommandBehind(before, Path, words);

    /// <summary>The same of another build of the command.</summary>
    public static ProcessStartInfo CommandBehind(IEnumerable<string> before, string program, IEnumerable<string> words)
    {
        string[] whole = [.. before, program, .. words];
        var start = new ProcessStartInfo(whole[0], whole[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PORTLIGHT_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        return start;
    }

    /// <summary>Runs a verb to its end.</summary>
    public static (int Code, string Output, string Error) Run(params IEnumerable<string> words) => Run(Command(words));

    public static (int Code, string Output, string Error) Run(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(Deadline.Span), $"`{start.FileName} {string.Join(' ', start.ArgumentList)}` did not end");
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
