using System.Runtime.InteropServices;
using Portlight.Linux;

namespace Portlight.Cli.Aws;

/// <summary>
/// Replaces this process by another program (execve(2)): terminal, signals and exit code are the program's own, and no process stands between it and the
/// caller's shell.
/// </summary>
internal static class ReplacedProcess
{
    /// <summary>Returns only where the program cannot be run: what to throw.</summary>
    /// <param name="program">A path.</param>
    /// <param name="arguments">Without the program's own name.</param>
    /// <param name="environment">All of it.</param>
    public static FailedException Run(string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment)
    {
        string?[] words = [program, .. arguments, null];
        string?[] variables = [.. environment.Select(variable => $"{variable.Key}={variable.Value}"), null];
        // The runtime ignores this signal, and what is ignored stays ignored across execve.
        Libc.SetSignalAction(Libc.SIGPIPE, Libc.SIG_DFL);
        Libc.Execute(program, words, variables);
        return new FailedException($"`{program}` cannot be run: {Marshal.GetLastPInvokeErrorMessage()}");
    }
}
