namespace Portlight.Domain;

/// <summary>Which of the servers of one database has the agent of a host, and what that server says of it.</summary>
/// <param name="Server">The <see cref="ServingServer.Id"/>; empty while no server has it.</param>
/// <param name="Generation">Goes up whenever an agent connects: what is said under an earlier one does not count any more.</param>
/// <param name="Since">When the agent came, or went.</param>
public sealed record HostLink(string Server, long Generation, DateTimeOffset Since)
{
    /// <summary>What the agent says of itself, and what became of instances beside that they are in force; written and read by servers alone. Null before the first word.</summary>
    public string? Report { get; init; }
}
