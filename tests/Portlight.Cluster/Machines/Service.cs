using System.Diagnostics;
using System.Globalization;

namespace Portlight.Cluster.Machines;

/// <summary>A program that is started again a second after its end, until the machine is switched off or it is stopped.</summary>
internal sealed class Service
{
    private static readonly TimeSpan RestartAfter = TimeSpan.FromSeconds(1);

    private readonly string _log;
    private readonly string[] _command;
    private readonly Action? _afterEnd;
    private readonly TaskCompletionSource _abandoned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Process? _process;

    /// <param name="log">Where what it writes goes.</param>
    /// <param name="command">What it runs.</param>
    /// <param name="afterEnd">Called after each end, before it is started again.</param>
    public Service(string log, string[] command, Action? afterEnd)
    {
        (_log, _command, _afterEnd) = (log, command, afterEnd);
        Ended = Task.Run(SuperviseAsync);
    }

    /// <summary>Once it will not be started again.</summary>
    public Task Ended { get; }

    /// <summary>It is not started again.</summary>
    public void Abandon() => _abandoned.TrySetResult();

    /// <summary>Sends a signal to the program; it is started again when it ends.</summary>
    public void Signal(string signal)
    {
        if (ProgramId() is { } program)
        {
            Kill(signal, program);
            Wake();
        }
    }

    /// <summary>nsenter stops when its child does, and not only until that goes on; it would not see its end.</summary>
    public void Wake()
    {
        try
        {
            if (_process is { HasExited: false } nsenter)
            {
                Kill("CONT", nsenter.Id);
            }
        }
        catch (InvalidOperationException)
        {
            // It has ended meanwhile.
        }
    }

    /// <summary>Ends it for good.</summary>
    public async Task StopAsync()
    {
        Abandon();
        Signal("TERM");
        await Ended;
    }

    /// <summary>nsenter's child, which becomes setpriv, env and the program in turn.</summary>
    private int? ProgramId()
    {
        try
        {
            return _process is { HasExited: false } process && File.ReadAllText($"/proc/{process.Id}/task/{process.Id}/children").Split(' ') is [{ Length: > 0 } first, ..] ? int.Parse(first, CultureInfo.InvariantCulture) : null;
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void Kill(string signal, int process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private async Task SuperviseAsync()
    {
        while (!_abandoned.Task.IsCompleted)
        {
            var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >>\"$LOG\" 2>&1 </dev/null", "sh", .. _command]) { Environment = { ["LOG"] = _log } };
            using (_process = Process.Start(start)!)
            {
                await _process.WaitForExitAsync();
            }

            _afterEnd?.Invoke();

            await Task.WhenAny(Task.Delay(RestartAfter), _abandoned.Task);
        }
    }
}
