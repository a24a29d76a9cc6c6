namespace Portlight.Storage;

/// <summary>A row that a write on its way to the disk will leave; null for one that it removes.</summary>
internal readonly record struct PendingRow(object? Row, long Version);

/// <summary>What a plan rests on and a later write has touched; or what it would touch and is kept for another.</summary>
/// <param name="Subject">The row or set.</param>
/// <param name="IsDurable">Whether only what is durable of it was looked at.</param>
/// <param name="Version">The place of the write that has touched it.</param>
internal readonly record struct Conflict(Subject Subject, bool IsDurable, long Version)
{
    public Reservation? Reservation { get; init; }
}

/// <summary>Completes when the row or set is free again.</summary>
internal sealed class Reservation() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
