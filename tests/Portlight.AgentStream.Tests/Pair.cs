using System.Collections.Concurrent;
using System.Threading.Channels;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Agent;
using Portlight.AgentStream.Server;
using Portlight.AgentStream.Wire;

namespace Portlight.AgentStream.Tests;

/// <summary>Both ends of a stream in this process. Every message goes through its bytes.</summary>
internal sealed class Pair : IAsyncDisposable
{
    private readonly CancellationTokenSource _cut = new();
    private readonly Channel<FromServer> _toAgent = Channel.CreateUnbounded<FromServer>();
    private readonly Channel<FromAgent> _toServer = Channel.CreateUnbounded<FromAgent>();
    private readonly AgentSession _session;
    private readonly Task _agentEnd;
    private readonly Task _serverEnd;

    private Pair(KeptAgent agent, FakeTimeProvider clock)
    {
        Kept = agent;
        _session = new AgentSession(agent, "0.1.0", (message, cancellation) => _toServer.Writer.WriteAsync(FromAgent.Parser.ParseFrom(message.ToByteArray()), cancellation).AsTask(), clock);
        _agentEnd = _session.RunAsync(_toAgent.Reader.ReadAllAsync(_cut.Token), welcome => Welcomed.TrySetResult(welcome), _cut.Token);
        Server = null!;
        _serverEnd = ServeAsync(clock);
    }

    internal static RemoteAgentOptions Options { get; } = new() { Release = "0.1.0", Epoch = "one" };

    internal KeptAgent Kept { get; }

    internal RemoteAgent Server { get; private set; }

    internal TaskCompletionSource<Welcome> Welcomed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the server has sent.</summary>
    internal ConcurrentQueue<FromServer> Sent { get; } = [];

    /// <summary>Messages of the server that get lost, and all after them.</summary>
    internal Func<FromServer, bool> IsLost { get; set; } = _ => false;

    internal static KeptAgent Keep(IAgent agent, TimeProvider clock, params IEnumerable<Desired> kept) => Keep(agent, clock, NullLogger.Instance, kept);

    internal static KeptAgent Keep(IAgent agent, TimeProvider clock, ILogger log, params IEnumerable<Desired> kept) => new(agent, new KeptSet(kept, null), clock, log);

    internal static async Task<Pair> ConnectAsync(KeptAgent agent, FakeTimeProvider clock, Func<FromServer, bool>? isLost = null)
    {
        var pair = new Pair(agent, clock);
        if (isLost is not null)
        {
            pair.IsLost = isLost;
        }

        await pair.Welcomed.Task.WaitAsync(TestContext.Current.CancellationToken);
        return pair;
    }

    /// <summary>The agent's end of the session.</summary>
    internal Task AgentEnd => _agentEnd;

    /// <summary>The connection is gone.</summary>
    internal async Task CutAsync()
    {
        await _cut.CancelAsync();
        await _agentEnd.ContinueWith(_ => { }, TaskScheduler.Default);
        Server.End("the connection is gone");
        await _serverEnd.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    public async ValueTask DisposeAsync()
    {
        await CutAsync();
        _session.Dispose();
        _cut.Dispose();
    }

    private async Task ServeAsync(FakeTimeProvider clock)
    {
        var hello = await _toServer.Reader.ReadAsync(_cut.Token);
        var isBroken = false;
        Server = new RemoteAgent(
            "fra-07",
            hello,
            async (message, cancellation) =>
            {
                var copy = FromServer.Parser.ParseFrom(message.ToByteArray());
                Sent.Enqueue(copy);
                isBroken |= IsLost(copy);
                if (!isBroken)
                {
                    await _toAgent.Writer.WriteAsync(copy, cancellation);
                }
            },
            Options,
            clock);
        await Server.WelcomeAsync([[1, 2, 3]], [], _cut.Token);
        await foreach (var message in _toServer.Reader.ReadAllAsync(_cut.Token))
        {
            Server.Take(message);
        }
    }
}
