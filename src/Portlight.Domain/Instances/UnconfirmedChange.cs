using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>
/// A change of ports that is undone unless it is confirmed in time (docs/confirm.md). Changes that follow each other while one is unconfirmed are one: they
/// are confirmed or undone together.
/// </summary>
public sealed record UnconfirmedChange
{
    /// <summary>Revision of the newest of the changes: what a connection must have found in force to prove that a new one still gets in.</summary>
    public required long Revision { get; init; }

    /// <summary>When it is undone, by the wall clock.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>The time that was given, 1 to 3,600 s. No wait is longer, whatever the wall clock says after a restart.</summary>
    public required TimeSpan Within { get; init; }

    /// <summary>ARN of the caller that made the newest of the changes.</summary>
    public required string ChangedBy { get; init; }

    /// <summary>Id of the request that made it.</summary>
    public required string RequestId { get; init; }

    /// <summary>What was there before the first of the changes; null when that one attached the instance: undoing it detaches the instance.</summary>
    public required EarlierPorts? Before { get; init; }
}

/// <summary>What an instance goes back to.</summary>
public sealed record EarlierPorts(Attachment Attachment, PortSet Ports)
{
    /// <summary>What of these ports is closed at a time.</summary>
    public ImmutableArray<ExpiringRule> Expiring { get; init; } = [];

    internal EarlierPorts Expired(string id) => this with { Ports = Ports.Close(Expiring.Where(one => one.Id == id)), Expiring = Expiring.RemoveAll(one => one.Id == id) };
}
