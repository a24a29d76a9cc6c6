using System.CommandLine;
using Portlight.Wire.Lightsail;

namespace Portlight.Cli.Verbs;

/// <summary>What a change came to, as the kernel has it: an operation succeeds only when the kernel has said so.</summary>
internal static class OperationOutcome
{
    public static async Task WriteAsync(InvocationConfiguration console, Operation? operation, string done)
    {
        switch (operation?.Status)
        {
            case "Failed":
                await console.Error.WriteLineAsync($"portlight: {operation.ErrorCode}: {operation.ErrorDetails}");
                break;
            case "Started" or "NotStarted":
                await console.Output.WriteLineAsync($"{done}; the kernel has not confirmed it yet: `portlight status` tells when it has");
                break;
            default:
                await console.Output.WriteLineAsync(done);
                break;
        }
    }

    public static int ExitCode(Operation? operation) => operation?.Status == "Failed" ? Cli.ExitCode.Failed : Cli.ExitCode.Done;
}
