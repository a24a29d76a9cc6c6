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
    private AsyncDuplexStreamingCall<FromAgent, FromServer>? _call;
    private TaskCompletionSource _answered = New();

    /// <summary>Connects; everything that the server has for the host is answered when this returns.</summary>
    public async Task ConnectAsync()
    {
        _call = new Agents.AgentsClient(channel).Connect(cancellationToken: _ending.Token);
        await _call.RequestStream.WriteAsync(new FromAgent { Hello = new Hello { Version = 1, Kinds = { "same" }, Release = "bench", Clock = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), Position = new Position(), Status = Well } });
        var (answered, reading) = (_answered.Task, ReadAsync(_call));
        await await Task.WhenAny(answered, reading);
    }

    /// <summary>Says that something has drifted; milliseconds until the server has compared everything and this agent has answered.</summary>
    public async Task<double> DriftAsync()
    {
        _answered = New();
        var began = Stopwatch.GetTimestamp();
        await _call!.RequestStream.WriteAsync(new FromAgent { Drift = new Drift() });
        await _answered.Task;
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    public void Dispose()
    {
        _ending.Cancel();
        _call?.Dispose();
        channel.Dispose();
        _ending.Dispose();
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
                await call.RequestStream.WriteAsync(new FromAgent { Done = new Done { Id = round.Id, Unknown = true, Status = Well, Digest = ByteString.Empty } });
                continue;
            }

            reports.AddRange(round.Changed.Select(one => new Outcome { Index = one.Index, Revision = one.Revision, Applied = new Outcome.Types.Applied() }));
            if (!round.More)
            {
                await call.RequestStream.WriteAsync(new FromAgent { Done = new Done { Id = round.Id, Reports = { reports }, Position = round.Position, Status = Well, Digest = ByteString.Empty } });
                reports.Clear();
                _answered.TrySetResult();
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
