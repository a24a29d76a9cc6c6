namespace Portlight.Cluster.Chaos;

/// <summary>What a caller did to a register, and between which moments it took effect, if it did.</summary>
/// <param name="Kind">What it was.</param>
/// <param name="Value">What was written, or what was read. No value is written twice.</param>
/// <param name="Expected">Of <see cref="ActKind.Replace"/>: what had to be there.</param>
/// <param name="Start">When it was sent.</param>
/// <param name="End">When it was answered; <see cref="Unanswered"/> where the caller was not told what became of it: it may take effect at any time after <paramref name="Start"/>, or never.</param>
internal sealed record Act(ActKind Kind, int Value, int Expected, long Start, long End)
{
    public const long Unanswered = long.MaxValue;

    public static Act Write(int value, long start, long end) => new(ActKind.Write, value, 0, start, end);

    public static Act Read(int value, long start, long end) => new(ActKind.Read, value, 0, start, end);

    public static Act Replace(int expected, int value, long start, long end) => new(ActKind.Replace, value, expected, start, end);

    /// <summary>What it needs to be there, if it needs anything.</summary>
    public int? Seen => Kind switch
    {
        ActKind.Read => Value,
        ActKind.Replace => Expected,
        _ => null,
    };

    public bool Writes => Kind is not ActKind.Read;
}

internal enum ActKind
{
    Write,
    Read,
    Replace,
}
