using System.Diagnostics;

namespace Portlight.TestKit.Network;

/// <summary>Runs a program of the system and wants it to succeed. It starts in the network namespace of the calling thread.</summary>
public static class Command
{
    /// <summary>What the program wrote on stdout.</summary>
    public static string Run(string program, string arguments, string? input = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"`{program}` did not start");
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"`{program} {arguments}` ended with {process.ExitCode}: {errors.GetAwaiter().GetResult()}{output}");
    }

    /// <summary>Several <c>ip</c> commands in one process, one a line.</summary>
    public static void Ip(string commands) => Run("ip", "-batch -", commands);
}
