using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Portlight.AgentStream.Tests;
using Portlight.Certificates;

namespace Portlight.AgentHost.Tests;

/// <summary>A machine with an agent's process on it, whose kernel is a trial one; and its disk.</summary>
internal sealed class Machine(TimeProvider clock) : IAsyncDisposable
{
    private readonly DirectoryInfo _disk = Directory.CreateTempSubdirectory("portlight-machine-");
    private CancellationTokenSource? _stop;
    private Task _running = Task.CompletedTask;
    private ImmutableList<string> _told = [];

    internal TrialAgent Kernel { get; private set; } = new(clock);

    internal string Disk => Path.Combine(_disk.FullName, "agent");

    /// <summary>What the process has said of itself.</summary>
    internal ImmutableList<string> Told => _told;

    internal TimeSpan Ping { get; init; } = TimeSpan.FromSeconds(15);

    internal bool AllowsLab { get; set; } = true;

    internal static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal Task<HostMembership> JoinAsync(JoinToken token) => Joining.JoinAsync(token, Disk, "0.1.0", clock, Cancellation);

    /// <summary>Starts the process; returns when it has said for the first time what it does.</summary>
    internal async Task StartAsync()
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _stop = new CancellationTokenSource();
        var settings = new AgentSettings
        {
            Directory = Disk,
            AllowsLab = AllowsLab,
            Release = "0.1.0",
            OpenAgent = (_, _) => Kernel,
            Tell = text =>
            {
                ImmutableInterlocked.Update(ref _told, told => told.Add(text));
                ready.TrySetResult();
            },
            Ping = Ping,
            MaxWait = TimeSpan.FromSeconds(1),
            Loggers = NullLoggerFactory.Instance,
        };
        _running = new AgentProcess(settings, clock).RunAsync(_stop.Token);
        await Task.WhenAny(ready.Task, _running);
        if (_running.IsCompleted)
        {
            _stop = null;
            await _running;
        }
    }

    internal async Task StopAsync()
    {
        await _stop!.CancelAsync();
        await _running;
    }

    /// <summary>The machine loses what is not on its disk.</summary>
    internal async Task RestartAsync()
    {
        await StopAsync();
        Kernel = new TrialAgent(clock);
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop is not null)
        {
            await StopAsync();
            _stop.Dispose();
        }

        _disk.Delete(recursive: true);
    }
}
