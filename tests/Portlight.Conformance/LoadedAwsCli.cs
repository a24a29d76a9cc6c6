using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portlight.Conformance;

/// <summary>An AWS CLI that is a Python script, with its modules loaded: every call is a process that is forked from here (Clients/aws_cli.py).</summary>
internal sealed class LoadedAwsCli : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<(int ExitCode, string Output, string Errors)>> _open = [];
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly Task _reading;
    private int _calls;

    private LoadedAwsCli(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    /// <summary>Null when the command is no script: AWS's own installer packs version 2 with a Python inside.</summary>
    /// <param name="where">How a program is started where its calls are to be made.</param>
    /// <param name="command">The CLI.</param>
    public static LoadedAwsCli? TryStart(Func<string, IEnumerable<string>, ProcessStartInfo> where, IReadOnlyList<string> command)
    {
        using var script = new StreamReader(command[^1]);
        var first = new char[64];
        if (new string(first, 0, script.ReadBlock(first)).Split('\n')[0] is not ['#', '!', .. var interpreter] || !interpreter.Contains("python", StringComparison.Ordinal))
        {
            return null;
        }

        var words = command.Count > 1 ? [.. command.Take(command.Count - 1)] : interpreter.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new LoadedAwsCli(Programs.Start(where(words[0], [.. words.Skip(1), Path.Combine(ScriptedClient.Folder, "aws_cli.py"), command[^1]])));
    }

    public async Task<(int ExitCode, string Output, string Errors)> RunAsync(IEnumerable<string> words, IEnumerable<KeyValuePair<string, string?>> environment)
    {
        var (id, done) = (Interlocked.Increment(ref _calls), new TaskCompletionSource<(int, string, string)>(TaskCreationOptions.RunContinuationsAsynchronously));
        _open[id] = done;
        var asked = new JsonObject
        {
            ["id"] = id,
            ["words"] = new JsonArray([.. words.Select(word => JsonValue.Create(word))]),
            ["environment"] = new JsonObject(environment.Select(variable => KeyValuePair.Create(variable.Key, (JsonNode?)JsonValue.Create(variable.Value)))),
        };
        await _writing.WaitAsync();
        try
        {
            await _process.StandardInput.WriteLineAsync(asked.ToJsonString());
            await _process.StandardInput.FlushAsync();
        }
        finally
        {
            _writing.Release();
        }

        await Task.WhenAny(done.Task, _reading);
        Assert.True(done.Task.IsCompleted, _reading.IsCompleted && !done.Task.IsCompleted ? $"the AWS CLI ended: {await _errors}" : "");
        return await done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _reading;
        await _process.WaitForExitAsync();
        _process.Dispose();
        _writing.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var reply = JsonDocument.Parse(line).RootElement;
            Assert.True(_open.TryRemove(reply.GetProperty("id").GetInt32(), out var done));
            done.SetResult((reply.GetProperty("code").GetInt32(), reply.GetProperty("output").GetString()!, reply.GetProperty("errors").GetString()!));
        }
    }
}
