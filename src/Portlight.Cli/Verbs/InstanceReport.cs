using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Portlight.Cli.Verbs;

/// <summary>What the verbs share that ask one operation about one instance, and show its answer as a table or, with <c>--json</c>, as it is.</summary>
internal static class InstanceReport
{
    /// <param name="command">The verb.</param>
    /// <param name="name">Its argument, the instance.</param>
    /// <param name="json">Whether the answer is shown as it is.</param>
    /// <param name="ask">Calls the operation, from what was typed.</param>
    /// <param name="indented">The answer's shape for people; made only where it is used, because every run of the command comes by here.</param>
    /// <param name="write">Writes the answer about an instance of this name.</param>
    public static void SetAction<TResponse>(
        Command command,
        Argument<string> name,
        Option<bool> json,
        Func<Installation, ParseResult, CancellationToken, Task<TResponse>> ask,
        Func<JsonTypeInfo<TResponse>> indented,
        Action<TextWriter, string, TResponse> write)
        where TResponse : class
    {
        var where = new InstallationOptions();
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var instance = parsed.GetRequiredValue(name);
            using var installation = await where.OpenAsync(parsed, cancellation);
            var answer = await InstanceSearch.AskAsync(installation, instance, () => ask(installation, parsed, cancellation), cancellation);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(answer, indented()));
            }
            else
            {
                write(output, instance, answer);
            }

            return ExitCode.Done;
        });
    }
}
