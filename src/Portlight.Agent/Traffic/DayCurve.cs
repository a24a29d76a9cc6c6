namespace Portlight.Agent.Traffic;

/// <summary>How many packets there were in each quarter of an hour of the last 24 hours; a quarter in which nobody looked has no number.</summary>
internal sealed class DayCurve
{
    internal const int Quarters = 96;

    private const int Seconds = 900;

    // One more than were counted; 0: nobody looked. More than fit are 4.7 million a second for a quarter of an hour.
    private readonly uint[] _counts = new uint[Quarters];
    private long _newest;

    /// <summary>The number of the quarter in which a time is.</summary>
    internal static long QuarterOf(DateTimeOffset at) => at.ToUnixTimeSeconds() / Seconds;

    internal static DateTimeOffset BeginOf(long quarter) => DateTimeOffset.FromUnixTimeSeconds(quarter * Seconds);

    /// <summary>Somebody looked at the quarter, and there were so many packets more.</summary>
    internal void Add(long quarter, long packets)
    {
        if (quarter > _newest)
        {
            for (var gone = Math.Max(_newest + 1, quarter - Quarters + 1); gone <= quarter; gone++)
            {
                Slot(gone) = 0;
            }

            _newest = quarter;
        }
        else if (quarter <= _newest - Quarters)
        {
            // The clock was ahead for a while, as a machine's is that has not asked for the time yet: of what has not come nothing is kept, or nothing would be until then.
            Array.Clear(_counts);
            _newest = quarter;
        }

        if (IsKept(quarter))
        {
            ref var slot = ref Slot(quarter);
            slot = (uint)Math.Min(uint.MaxValue, Math.Max(1, slot) + packets);
        }
    }

    /// <summary>Null: nobody looked, or it is not kept any more.</summary>
    internal long? At(long quarter) => IsKept(quarter) && Slot(quarter) is > 0 and var count ? count - 1 : null;

    internal void Write(BinaryWriter writer)
    {
        writer.Write(_newest);
        for (var quarter = _newest - Quarters + 1; quarter <= _newest; quarter++)
        {
            writer.Write7BitEncodedInt64(Slot(quarter));
        }
    }

    internal static DayCurve Read(BinaryReader reader)
    {
        var curve = new DayCurve { _newest = reader.ReadInt64() };
        if (curve._newest is < 0 or > int.MaxValue)
        {
            throw new InvalidDataException("a quarter of an hour that there is not");
        }

        for (var quarter = curve._newest - Quarters + 1; quarter <= curve._newest; quarter++)
        {
            curve.Slot(quarter) = checked((uint)reader.Read7BitEncodedInt64());
        }

        return curve;
    }

    private bool IsKept(long quarter) => quarter <= _newest && quarter > _newest - Quarters;

    private ref uint Slot(long quarter) => ref _counts[(int)(((quarter % Quarters) + Quarters) % Quarters)];
}
