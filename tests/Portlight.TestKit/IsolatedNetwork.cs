using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Portlight.TestKit;

/// <summary>
/// A network namespace of a test's own: the test runs on a thread that has left the machine's, so the sockets it opens and the processes it starts are in the
/// new one. The machine's own rules are out of reach. Needs CAP_SYS_ADMIN; without root, <see cref="UserNamespace"/> gives it.
/// </summary>
public static partial class IsolatedNetwork
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET

    /// <summary>Runs <paramref name="test"/> in a fresh network namespace, which goes away with it.</summary>
    public static void Run(Action test)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (Unshare(NewNetwork) != 0)
                {
                    throw new InvalidOperationException($"cannot make a network namespace: errno {Marshal.GetLastPInvokeError()}; run as root or allow user namespaces");
                }

                test();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    /// <summary>Runs a program in the namespace of the calling thread and gives its output; fails when the program does, or complains.</summary>
    public static string Execute(string program, string arguments, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var errors = "";
        var reader = new Thread(() => errors = process.StandardError.ReadToEnd());
        reader.Start();
        var output = process.StandardOutput.ReadToEnd();
        reader.Join();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0 && errors.Length == 0, $"`{program} {arguments}` exited with {process.ExitCode}: {errors}{(input.Length > 0 ? "\n" + input : "")}");
        return output;
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);
}
