namespace Portlight.Cli.Tests;

/// <summary>The command within this process.</summary>
internal static class CommandLine
{
    public static Task<(int Code, string Output, string Error)> RunAsync(string line) => RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    public static async Task<(int Code, string Output, string Error)> RunAsync(params string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await PortlightCommand.RunAsync(words, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
