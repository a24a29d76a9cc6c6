using System.Diagnostics;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Portlight.AgentStream.Wire;
using Portlight.Certificates;
using Outcome = Portlight.AgentStream.Wire.Report;
using Status = Portlight.AgentStream.Wire.Status;

namespace Portlight.Bench;

/// <summary>An agent without a kernel: it speaks the protocol over a connection of its own and says of whatever it is sent that it is in force.</summary>
internal sealed class ThinAgent(Uri server, Trust trust, X509Certificate2 shown) : IDisposable
{
    private static readonly Status Well = new() { Enforces = true, Connections = "cut" };
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(15);

    private readonly PeriodicTimer _pings = new(PingEvery);
    // A machine has it when it connects, and to make it takes as long as a handshake.
    private readonly SslStreamCertificateContext _shown = SslStreamCertificateContext.Create(shown, null, offline: true);
    private ThinStream? _stream;
    private Task _reading = Task.CompletedTask;
    private volatile TaskCompletionSource _answered = New();

    /// <summary>Connects; everything that the server has for the host is answered when this returns.</summary>
    public async Task ConnectAsync()
    {
        _stream = await ThinStream.ConnectAsync(server, trust, _shown);
        await _stream.WriteAsync(new FromAgent { Hello = new Hello { Version = 1, Kinds = { "same" }, Release = "bench", Clock = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), Position = new Position(), Status = Well } });
        var answered = _answered.Task;
        _reading = ReadAsync(_stream);
        _ = PingAsync(_stream);
        await await Task.WhenAny(answered, _reading);
    }

    /// <summary>Says that something has drifted; milliseconds until the server has compared everything and this agent has answered.</summary>
    public async Task<double> DriftAsync()
    {
        var answered = _answered = New();
        var began = Stopwatch.GetTimestamp();
        await _stream!.WriteAsync(new FromAgent { Drift = new Drift() });
        await await Task.WhenAny(answered.Task, _reading); // a stream that has ended answers nothing
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    public void Dispose()
    {
        _pings.Dispose();
        _stream?.Dispose();
    }

    private async Task PingAsync(ThinStream stream)
    {
        while (await _pings.WaitForNextTickAsync())
        {
            await stream.PingAsync();
        }
    }

    private async Task ReadAsync(ThinStream stream)
    {
        var reports = new List<Outcome>();
        while (true)
        {
            if ((await stream.ReadAsync()).Round is not { } round)
            {
                continue;
            }

            if (round.Kind == Round.Types.Kind.Same)
            {
                // What it holds nobody here knows: the server sends all of it.
                await stream.WriteAsync(new FromAgent { Done = new Done { Id = round.Id, Unknown = true, Status = Well, Digest = ByteString.Empty } });
                continue;
            }

            reports.AddRange(round.Changed.Select(one => new Outcome { Index = one.Index, Revision = one.Revision, Applied = new Outcome.Types.Applied() }));
            if (!round.More)
            {
                var answered = _answered; // what is asked for from now on another round answers
                await stream.WriteAsync(new FromAgent { Done = new Done { Id = round.Id, Reports = { reports }, Position = round.Position, Status = Well, Digest = ByteString.Empty } });
                reports.Clear();
                answered.TrySetResult();
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
