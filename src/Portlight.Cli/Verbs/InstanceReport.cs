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
    /// <param name="operation">Of Portlight's own API.</param>
    /// <param name="request">What is asked, from what was typed.</param>
    /// <param name="requestShape">Its shape.</param>
    /// <param name="responseShape">The answer's shape.</param>
    /// <param name="indented">The same for people.</param>
    /// <param name="write">Writes the answer about an instance of this name.</param>
    public static void SetAction<TRequest, TResponse>(
        Command command,
        Argument<string> name,
        Option<bool> json,
        string operation,
        Func<ParseResult, TRequest> request,
        JsonTypeInfo<TRequest> requestShape,
        JsonTypeInfo<TResponse> responseShape,
        JsonTypeInfo<TResponse> indented,
        Action<TextWriter, string, TResponse> write)
        where TResponse : class
    {
        var where = new InstallationOptions();
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var instance = parsed.GetRequiredValue(name);
            using var installation = await where.OpenAsync(parsed, cancellation);
            var answer = await InstanceSearch.AskAsync(
                installation, instance, () => installation.CallAsync(operation, request(parsed), requestShape, responseShape, cancellation), cancellation);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(answer, indented));
            }
            else
            {
                write(output, instance, answer);
            }

            return ExitCode.Done;
        });
    }
}
