using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Portlight.AgentStream.Wire;
using Outcome = Portlight.AgentStream.Wire.Report;
using Status = Portlight.AgentStream.Wire.Status;

namespace Portlight.Bench;

/// <summary>An agent without a kernel: it speaks the protocol over a connection of its own and says of whatever it is sent that it is in force.</summary>
internal sealed class ThinAgent(GrpcChannel channel) : IDisposable
{
    private static readonly Status Well = new() { Enforces = true, Connections = "cut" };

    private readonly CancellationTokenSource _ending = new();
    private readonly SemaphoreSlim _writing = new(1);
    private AsyncDuplexStreamingCall<FromAgent, FromServer>? _call;
    private Task _reading = Task.CompletedTask;
    private volatile TaskCompletionSource _answered = New();

    /// <summary>Connects; everything that the server has for the host is answered when this returns.</summary>
    public async Task ConnectAsync()
    {
        _call = new Agents.AgentsClient(channel).Connect(cancellationToken: _ending.Token);
        await WriteAsync(new FromAgent { Hello = new Hello { Version = 1, Kinds = { "same" }, Release = "bench", Clock = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), Position = new Position(), Status = Well } });
        var answered = _answered.Task;
        _reading = ReadAsync(_call);
        await await Task.WhenAny(answered, _reading);
    }

    /// <summary>Says that something has drifted; milliseconds until the server has compared everything and this agent has answered.</summary>
    public async Task<double> DriftAsync()
    {
        var answered = _answered = New();
        var began = Stopwatch.GetTimestamp();
        await WriteAsync(new FromAgent { Drift = new Drift() });
        await await Task.WhenAny(answered.Task, _reading); // a stream that has ended answers nothing
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    public void Dispose()
    {
        _ending.Cancel();
        _call?.Dispose();
        channel.Dispose();
        _writing.Dispose();
        _ending.Dispose();
    }

    /// <summary>A stream takes one message at a time.</summary>
    private async Task WriteAsync(FromAgent message)
    {
        await _writing.WaitAsync(_ending.Token);
        try
        {
            await _call!.RequestStream.WriteAsync(message);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync(AsyncDuplexStreamingCall<FromAgent, FromServer> call)
    {
        var reports = new List<Outcome>();
        while (await call.ResponseStream.MoveNext(_ending.Token))
        {
            if (call.ResponseStream.Current.Round is not { } round)
            {
                continue;
            }

            if (round.Kind == Round.Types.Kind.Same)
            {
                // What it holds nobody here knows: the server sends all of it.
                await WriteAsync(new FromAgent { Done = new Done { Id = round.Id, Unknown = true, Status = Well, Digest = ByteString.Empty } });
                continue;
            }

            reports.AddRange(round.Changed.Select(one => new Outcome { Index = one.Index, Revision = one.Revision, Applied = new Outcome.Types.Applied() }));
            if (!round.More)
            {
                var answered = _answered; // what is asked for from now on another round answers
                await WriteAsync(new FromAgent { Done = new Done { Id = round.Id, Reports = { reports }, Position = round.Position, Status = Well, Digest = ByteString.Empty } });
                reports.Clear();
                answered.TrySetResult();
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
