namespace Portlight.Storage.Postgres;

/// <summary>What has moved: both ends were compared and have the same.</summary>
/// <param name="Counts">How many there are of each kind.</param>
/// <param name="Revision">The last revision.</param>
/// <param name="Events">Events of the audit log.</param>
/// <param name="IsFinishedBefore">Whether an earlier run had done it, and was cut off after.</param>
public sealed record MoveReport(IReadOnlyDictionary<string, long> Counts, long Revision, long Events, bool IsFinishedBefore)
{
    internal static MoveReport Of(Contents contents, bool isFinishedBefore) => new(contents.Counts, contents.Numbers.Revision, contents.Events, isFinishedBefore);
}

/// <summary>What an undone move has lost.</summary>
/// <param name="Changes">Changes of instances since the move; null when nobody can tell.</param>
/// <param name="Events">Events of the audit log since then, likewise.</param>
public sealed record UndoReport(long? Changes, long? Events);
