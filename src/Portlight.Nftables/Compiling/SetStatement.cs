namespace Portlight.Nftables.Compiling;

/// <summary>What an element of a set does with a packet that finds it, beside being found.</summary>
internal enum SetStatementKind : byte
{
    /// <summary>Counts packets and bytes.</summary>
    Counter,

    /// <summary>Is not found by more packets than so many in a time.</summary>
    Limit,
}

/// <param name="Kind">What it does.</param>
/// <param name="Rate">Of a limit: packets in a unit.</param>
/// <param name="UnitSeconds">Of a limit: the unit.</param>
/// <param name="Burst">Of a limit: how many at once.</param>
internal readonly record struct SetStatement(SetStatementKind Kind, ulong Rate = 0, ulong UnitSeconds = 0, uint Burst = 0)
{
    internal static readonly SetStatement Counter = new(SetStatementKind.Counter);

    internal static SetStatement Limit(ulong rate, ulong unitSeconds, uint burst) => new(SetStatementKind.Limit, rate, unitSeconds, burst);
}
