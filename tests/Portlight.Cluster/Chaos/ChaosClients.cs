using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Portlight.Cluster.Chaos;

/// <summary>
/// Callers of several kinds for each instance, which write down what they did: one that writes through HAProxy, one that replaces what it has read (<c>If-Match</c>) at one
/// server after the other, one that reads at one server after the other.
/// </summary>
internal sealed class ChaosClients(SignedCaller proxy, IReadOnlyList<SignedCaller> servers)
{
    /// <summary>A value is a range of ports: so many first ports, and as many last ports beyond them. No storm writes that often.</summary>
    private const int Firsts = 30_000;

    private readonly ConcurrentBag<(string Instance, Act Act)> _acts = [];
    private readonly ConcurrentBag<string> _operations = [];
    private readonly ConcurrentBag<FailedCall> _failures = [];
    private int _values;

    /// <summary>Between two calls of a caller. Of several hundred callers: a machine of two processors has several hundred calls a second.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What was done to each instance.</summary>
    public IEnumerable<IGrouping<string, Act>> Histories => _acts.GroupBy(one => one.Instance, one => one.Act);

    /// <summary>The operations of writes that were acknowledged.</summary>
    public IReadOnlyCollection<string> Acknowledged => _operations;

    /// <summary>Calls without the answer 200, but for replacements of what was not there any more.</summary>
    public IReadOnlyCollection<FailedCall> Failures => _failures;

    public int Reads => _acts.Count(one => one.Act is { Kind: ActKind.Read });

    public int Unanswered => _acts.Count(one => one.Act.End == Act.Unanswered);

    public Task RunAsync(IEnumerable<string> instances, CancellationToken until) => Task.WhenAll(instances.SelectMany((instance, number) => new[]
    {
        Task.Run(() => RepeatAsync(_ => WriteAsync(instance), until), CancellationToken.None),
        Task.Run(() => RepeatAsync(turn => ReplaceAsync(instance, servers[(turn + number) % servers.Count]), until), CancellationToken.None),
        Task.Run(() => RepeatAsync(turn => ReadAsync(instance, servers[(turn + number) % servers.Count]), until), CancellationToken.None),
    }));

    /// <summary>What a server reads; null when it does not answer.</summary>
    public async Task<(int Value, string? EntityTag)?> ReadAsync(string instance, SignedCaller from)
    {
        var start = Stopwatch.GetTimestamp();
        var answered = await from.CallAsync("GetInstancePortStates", $$"""{"instanceName":"{{instance}}"}""");
        var end = Stopwatch.GetTimestamp();
        if (answered is not { Status: 200 })
        {
            _failures.Add(new FailedCall(from, answered, start, end));
            return null;
        }

        using var json = JsonDocument.Parse(answered.Body);
        var range = Assert.Single(json.RootElement.GetProperty("portStates").EnumerateArray());
        var value = ((range.GetProperty("toPort").GetInt32() - Firsts - 1) * Firsts) + range.GetProperty("fromPort").GetInt32() - 1;
        _acts.Add((instance, Act.Read(value, start, end)));
        return (value, answered.EntityTag);
    }

    /// <summary>Writes a value that nobody has written before, through HAProxy.</summary>
    /// <returns>Whether it was acknowledged.</returns>
    public async Task<bool> WriteAsync(string instance) => await PutAsync(instance, proxy, null, null);

    private async Task ReplaceAsync(string instance, SignedCaller server)
    {
        if (await ReadAsync(instance, server) is { EntityTag: { } tag } read)
        {
            await PutAsync(instance, server, tag, read.Value);
        }
    }

    private async Task<bool> PutAsync(string instance, SignedCaller at, string? entityTag, int? expected)
    {
        var value = Interlocked.Increment(ref _values);
        var (first, last) = Ports(value);
        var start = Stopwatch.GetTimestamp();
        var answered = await at.CallAsync("PutInstancePublicPorts", $$"""{"instanceName":"{{instance}}","portInfos":[{"fromPort":{{first}},"toPort":{{last}},"protocol":"udp"}]}""", entityTag);
        var isAcknowledged = answered?.Status == 200;
        if (!isAcknowledged && answered?.Status != 412)
        {
            _failures.Add(new FailedCall(at, answered, start, Stopwatch.GetTimestamp()));
        }

        if (answered is { Status: >= 400 and < 500 })
        {
            return false; // refused before anything was written: another was faster, or too much was asked for
        }

        var end = isAcknowledged ? Stopwatch.GetTimestamp() : Act.Unanswered;
        _acts.Add((instance, expected is { } seen ? Act.Replace(seen, value, start, end) : Act.Write(value, start, end)));
        if (isAcknowledged)
        {
            using var json = JsonDocument.Parse(answered!.Body);
            _operations.Add(json.RootElement.GetProperty("operation").GetProperty("id").GetString()!);
        }

        return isAcknowledged;
    }

    /// <summary>The ports that are open for a value.</summary>
    public static OpenRange Ports(int value) => new((value % Firsts) + 1, (value / Firsts) + Firsts + 1);

    private async Task RepeatAsync(Func<int, Task> act, CancellationToken until)
    {
        for (var turn = 0; !until.IsCancellationRequested; turn++)
        {
            await act(turn);
            await Task.Delay(Pause, CancellationToken.None);
        }
    }
}
