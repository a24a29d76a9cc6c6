namespace Portlight.TestKit.Network;

/// <summary>
/// How long a test waits for what must happen, on a machine that is busy, cold and slow; never how long it waits to see that something does not, and never a claim about how fast
/// something is. A test that passes does not wait for it, so it costs nothing.
/// </summary>
public static class Deadline
{
    public static TimeSpan Span { get; } = TimeSpan.FromSeconds(60);

    internal static int Milliseconds => (int)Span.TotalMilliseconds;
}
