using System.Text.Json.Nodes;

namespace Portlight.Conformance;

/// <summary>A client as its makers ship it. Input and output are the JSON of the API reference; between the two everything is the client's own work.</summary>
internal abstract class StockClient : IAsyncDisposable
{
    /// <summary>Longer than any loaded machine needs; what is awaited arrives in milliseconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    private bool _hasAskedForOperation;

    /// <summary>One call, with whatever answer it gets.</summary>
    public abstract Task<Answer> TryAsync(string operation, string input);

    /// <summary>Every entry of a list, by the client's own way of going from page to page, and the number of pages where the client tells it.</summary>
    public abstract Task<(IReadOnlyList<JsonNode> Entries, int? Pages)> ListAsync(string operation, string member);

    public abstract ValueTask DisposeAsync();

    /// <summary>One call that must succeed.</summary>
    public async Task<Answer> CallAsync(string operation, string input = "{}")
    {
        var answer = await TryAsync(operation, input);
        Assert.True(answer.Error is null, $"{operation} {input}: {answer.Error}: {answer.Message}");
        return answer;
    }

    /// <summary>One call that must fail, with an error of this code.</summary>
    public async Task<Answer> RefusedAsync(string error, string operation, string input = "{}")
    {
        var answer = await TryAsync(operation, input);
        Assert.True(answer.Error is not null, $"{operation} {input} succeeded, and {error} was expected: {answer.Output.ToJsonString()}");
        Assert.Equal(error, answer.Error);
        return answer;
    }

    /// <summary>
    /// A change that must succeed; waits until each of its operations has. Of one that has by its own answer is asked once by each client, to see that it is told the same: a client that is
    /// a process a call would ask as often as it changes.
    /// </summary>
    public async Task<JsonNode> ChangeAsync(string operation, string input)
    {
        var answer = await CallAsync(operation, input);
        JsonNode[] begun = answer["operations"] is JsonArray several ? [.. several.Select(one => one!)] : [answer["operation"]!];
        Assert.NotEmpty(begun);
        foreach (var one in begun)
        {
            Assert.Equal(operation is "CreateInstances" ? "CreateInstance" : operation, (string?)one["operationType"]);
            if (!_hasAskedForOperation || (string?)one["status"] != "Succeeded" || !(bool)one["isTerminal"]!)
            {
                await SucceededAsync((string)one["id"]!);
            }
        }

        return begun[0];
    }

    private async Task SucceededAsync(string id)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (true)
        {
            var operation = (await CallAsync("GetOperation", $$"""{"operationId":"{{id}}"}"""))["operation"]!;
            _hasAskedForOperation = true;
            if ((bool)operation["isTerminal"]!)
            {
                Assert.Equal("Succeeded", (string?)operation["status"]);
                return;
            }

            Assert.False(deadline.IsCancellationRequested, $"not terminal after {Patience}: {operation.ToJsonString()}");
            await Task.Delay(BetweenLooks, CancellationToken.None);
        }
    }
}
