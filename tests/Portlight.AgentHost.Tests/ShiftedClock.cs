namespace Portlight.AgentHost.Tests;

/// <summary>A clock whose timers are real and which is wrong by as much as a test says.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long _ahead;

    internal TimeSpan Ahead
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _ahead));
        set => Interlocked.Exchange(ref _ahead, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}
