using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Portlight.Cli.Verbs;

/// <summary>Shows the answer of an operation as a table or, with <c>--json</c>, as it is.</summary>
internal static class ReportOutput
{
    /// <param name="parsed">What was typed.</param>
    /// <param name="json">Whether the answer is shown as it is.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="indented">The answer's shape for people; made only where it is used, because every run of the command comes by here.</param>
    /// <param name="write">Writes it as text.</param>
    public static async Task<int> WriteAsync<TAnswer>(ParseResult parsed, Option<bool> json, TAnswer answer, Func<JsonTypeInfo<TAnswer>> indented, Action<TextWriter, TAnswer> write)
    {
        var output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(json))
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(answer, indented()));
        }
        else
        {
            write(output, answer);
        }

        return ExitCode.Done;
    }
}
