namespace Portlight.Nftables.Translations;

/// <summary>What a register of nf_tables holds while a rule is read.</summary>
internal enum Loaded
{
    /// <summary>Something that says nothing about protocol and port.</summary>
    Other,
    Protocol,
    DestinationPort,

    /// <summary>Made of the destination port in a way that is not followed.</summary>
    Opaque,

    /// <summary>Bytes that the rule or a map gives.</summary>
    Value,
}

/// <summary>
/// The registers while a rule is read: 16 bytes each as NFT_REG_1 to 4, or the same memory in words of four bytes as NFT_REG32_00 and on
/// (linux/netfilter/nf_tables.h). A key of several fields is one run of them. Immutable, because a map makes the reading fork.
/// </summary>
internal sealed class Registers
{
    private const uint FirstWord = 8; // NFT_REG32_00

    private readonly (int Place, Loaded What, byte[] Value)[] _fields;

    private Registers((int, Loaded, byte[])[] fields) => _fields = fields;

    internal static Registers Empty { get; } = new([]);

    /// <summary>Place of a register in bytes.</summary>
    internal static int PlaceOf(uint register) => (int)(register < FirstWord ? register * 16 : 16 + ((register - FirstWord) * 4));

    internal Registers With(uint register, Loaded what, byte[]? value = null)
    {
        var place = PlaceOf(register);
        return new Registers([.. _fields.Where(field => field.Place != place), (place, what, value ?? [])]);
    }

    internal Loaded this[uint register] => At(PlaceOf(register));

    internal Loaded At(int place) => _fields.FirstOrDefault(field => field.Place == place).What;

    /// <summary>The bytes from a register on; null when they are not known. A map's value of several fields begins in one register and goes on in the next.</summary>
    internal byte[]? ValueOf(uint register)
    {
        var place = PlaceOf(register);
        foreach ((var start, var what, var value) in _fields)
        {
            if (what == Loaded.Value && start <= place && place < start + value.Length)
            {
                return value[(place - start)..];
            }
        }

        return null;
    }

    /// <summary>The fields that are in a key of so many bytes, by their places in it.</summary>
    internal IEnumerable<(int Offset, Loaded What)> Within(uint register, int length)
    {
        var start = PlaceOf(register);
        return from field in _fields where field.Place >= start && field.Place < start + length select (field.Place - start, field.What);
    }
}
