namespace Portlight.Identity;

/// <summary>How long sessions may last, in seconds (STS API reference).</summary>
internal static class Durations
{
    public const int Shortest = 900;

    /// <summary>Of AssumeRole, where the request does not say; and the most for a role that is assumed with temporary credentials, and for a root's session.</summary>
    public const int Hour = 3600;

    /// <summary>The most that a role can allow.</summary>
    public const int LongestOfRole = 43_200;

    /// <summary>Of GetSessionToken, where the request does not say.</summary>
    public const int HalfDay = 43_200;

    public const int LongestOfCaller = 129_600;
}
