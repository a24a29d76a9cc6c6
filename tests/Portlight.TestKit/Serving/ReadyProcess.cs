using System.Diagnostics;
using Portlight.TestKit.Network;

namespace Portlight.TestKit.Serving;

/// <summary>
/// A program that says in one line when it is ready, until it is disposed. One that does not say so is ended before the test fails, so that it holds no port, no lock and no rule of the
/// tests that follow.
/// </summary>
public sealed class ReadyProcess : IDisposable
{
    private bool _isEnded;

    private ReadyProcess(Process process, string ready, Task<string> error) => (Process, Ready, Error) = (process, ready, error);

    public Process Process { get; }

    /// <summary>What it said when it was ready.</summary>
    public string Ready { get; }

    /// <summary>What it has written to stderr by its end.</summary>
    public Task<string> Error { get; }

    /// <param name="start">How it is started, with stdout and stderr redirected.</param>
    /// <param name="says">How its first line begins.</param>
    public static async Task<ReadyProcess> StartAsync(ProcessStartInfo start, string says)
    {
        var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var said = $"nothing within {Deadline.Span}";
        try
        {
            said = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Deadline.Span, TestContext.Current.CancellationToken) ?? "";
            if (said.StartsWith(says, StringComparison.Ordinal))
            {
                return new ReadyProcess(process, said, error);
            }
        }
        catch (TimeoutException)
        {
            // Told below, with what it wrote to stderr.
        }
        catch
        {
            End(process);
            throw;
        }

        End(process);
        Assert.Fail($"`{start.FileName} {string.Join(' ', start.ArgumentList)}` did not start; it said `{said}`: {await error}");
        return null;
    }

    /// <summary>Ends it, with what it has started.</summary>
    public void Dispose()
    {
        if (!_isEnded)
        {
            _isEnded = true;
            End(Process);
        }
    }

    private static void End(Process process)
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }
}
