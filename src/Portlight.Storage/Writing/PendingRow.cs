namespace Portlight.Storage;

/// <summary>A row that a write on its way to the disk will leave; null for one that it removes.</summary>
internal readonly record struct PendingRow(object? Row, long Version);

/// <summary>What a plan rests on and a later write has touched; or what it would touch and is kept for another.</summary>
internal readonly record struct Conflict(Rest Rest, long Version)
{
    public Reservation? Reservation { get; init; }
}

/// <summary>Completes when the set is free again.</summary>
internal sealed class Reservation() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
