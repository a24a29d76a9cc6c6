namespace Portlight.TestKit.Network;

/// <summary>How long a test waits for what must happen; never how long it waits to see that something does not.</summary>
public static class Deadline
{
    public static TimeSpan Span { get; } = TimeSpan.FromSeconds(20);

    internal static int Milliseconds => (int)Span.TotalMilliseconds;
}
