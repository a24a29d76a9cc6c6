using System.Text.Json;
using Portlight.TestKit.Serving;
using Portlight.TestKit.Storm;

namespace Portlight.Netns.FleetStorm;

/// <summary>The server of the fleet, across its ends and starts; and a client of it that does not take silence for an answer.</summary>
internal sealed class StormServer(Served served)
{
    private const string Listen = "http://127.0.0.1:21840";
    private const string Agents = $"https://{StormMachine.ServerAddress}:21841";

    private TaskCompletionSource<ServeProcess> _up = New();

    // Of an agent that was killed or cut off nobody waits for a confirmation: a storm goes on.
    internal void Start() => _up.SetResult(served.Start("server", "--listen", Listen, "--agents", Agents, "--ssh-guard", "off", "--access-log", "off", "--requests-per-second", "0", "--confirm-timeout", "2s"));

    internal void End(int signal)
    {
        var server = _up.Task.GetAwaiter().GetResult();
        _up = New();
        served.End(server, signal);
    }

    internal void Signal(int signal) => ServeProcess.Signal(_up.Task.GetAwaiter().GetResult().Id, signal);

    internal async Task<string> TokenAsync(string host)
    {
        var answer = await CallAsync("Portlight_20261122.CreateHostToken", $$"""{"hostName":"{{host}}"}""");
        Assert.True(answer is { Status: 200 }, answer?.Body);
        using var json = JsonDocument.Parse(answer!.Value.Body);
        return json.RootElement.GetProperty("token").GetString()!;
    }

    /// <summary>Calls an operation once a server is there. Null: nobody knows what became of it.</summary>
    internal async Task<(int Status, string Body)?> CallAsync(string operation, string body)
    {
        var server = await _up.Task;
        try
        {
            return await server.CallAsync(operation, body) is { Status: < 500 } answer ? answer : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return null;
        }
    }

    /// <summary>What the server answers of an instance; null when it does not answer.</summary>
    internal async Task<StormSubject.State?> AnsweredAsync(StormSubject subject)
    {
        var answer = await CallAsync("GetInstancePortStates", $$"""{"instanceName":"{{subject.Name}}"}""");
        return answer switch
        {
            null => null,
            { Status: 400, Body: var body } when body.Contains("NotFoundException", StringComparison.Ordinal) => default(StormSubject.State),
            { Status: 200, Body: var body } => StormSubject.Read(body),
            { Body: var body } => throw new InvalidOperationException(body),
        };
    }

    /// <summary>How an operation has ended, and why; null when it goes on.</summary>
    internal async Task<(bool HasSucceeded, string Reason)?> EndedAsync(string operation)
    {
        if (await CallAsync("GetOperation", $$"""{"operationId":"{{operation}}"}""") is not { Status: 200, Body: var body })
        {
            return null;
        }

        using var json = JsonDocument.Parse(body);
        var found = json.RootElement.GetProperty("operation");
        return found.GetProperty("status").GetString() switch
        {
            "Succeeded" => (true, ""),
            "Failed" => (false, found.TryGetProperty("errorDetails", out var details) ? details.GetString()! : body),
            _ => null,
        };
    }

    /// <summary>The hosts whose agents are away or have not everything; null when the server does not answer.</summary>
    internal async Task<IReadOnlyList<string>?> BehindAsync() => await CallAsync("Portlight_20261122.ListHosts", "{}") is { Status: 200, Body: var body } ? HostList.Behind(body) : null;

    /// <summary>The id of the operation in an answer.</summary>
    internal static string? OperationOf(string body)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.TryGetProperty("operation", out var operation) ? operation.GetProperty("id").GetString()
            : json.RootElement.TryGetProperty("operations", out var operations) ? operations[0].GetProperty("id").GetString()
            : null;
    }

    private static TaskCompletionSource<ServeProcess> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
