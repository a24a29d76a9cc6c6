using System.CommandLine;

namespace Portlight.Cli.Verbs;

/// <summary>A question before something that closes or opens more than was asked for in words.</summary>
internal static class Confirmation
{
    /// <exception cref="FailedException">The answer is no.</exception>
    public static async Task RequireAsync(InvocationConfiguration console, string question, string refusal)
    {
        if (!await AskAsync(console, question))
        {
            throw new FailedException(refusal);
        }
    }

    /// <summary>True for y or yes. Without a terminal nobody can answer, so a script must say --yes.</summary>
    /// <exception cref="UsageException">Standard input is not a terminal.</exception>
    public static async Task<bool> AskAsync(InvocationConfiguration console, string question)
    {
        if (Console.IsInputRedirected)
        {
            throw new UsageException("standard input is not a terminal, so the question cannot be answered: give --yes");
        }

        await console.Error.WriteAsync($"{question} [y/N] ");
        return (await Console.In.ReadLineAsync())?.Trim().ToLowerInvariant() is "y" or "yes";
    }
}
