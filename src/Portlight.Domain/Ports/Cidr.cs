using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Portlight.Domain;

/// <summary>
/// A block of IPv4 or IPv6 addresses in canonical form: host bits are zero, as EC2 stores them. The only parser of addresses that
/// user text meets: strict, because <see cref="IPAddress"/> reads <c>010.0.0.1</c> as octal and <c>10.1</c> as 10.0.0.1.
/// </summary>
public readonly record struct Cidr : IComparable<Cidr>
{
    private Cidr(AddressFamily family, UInt128 network, int prefixLength)
    {
        Family = family;
        Network = network;
        PrefixLength = prefixLength;
    }

    public AddressFamily Family { get; }

    /// <summary>The first address of the block as a number; an IPv4 address occupies the low 32 bits.</summary>
    public UInt128 Network { get; }

    public int PrefixLength { get; }

    /// <summary><c>0.0.0.0/0</c>.</summary>
    public static Cidr AnyIpv4 { get; } = new(AddressFamily.InterNetwork, 0, 0);

    /// <summary><c>::/0</c>.</summary>
    public static Cidr AnyIpv6 { get; } = new(AddressFamily.InterNetworkV6, 0, 0);

    /// <summary>True for the block that holds every address of its family.</summary>
    public bool IsAny => PrefixLength == 0;

    /// <summary>32 or 128.</summary>
    public int Width => WidthOf(Family);

    /// <summary>The last address of the block as a number.</summary>
    public UInt128 Last => Network | HostMask(Family, PrefixLength);

    /// <summary>The block of <paramref name="prefixLength"/> bits that holds <paramref name="address"/>.</summary>
    public static Cidr Create(AddressFamily family, UInt128 address, int prefixLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(prefixLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefixLength, WidthOf(family));
        return new Cidr(family, address & ~HostMask(family, prefixLength), prefixLength);
    }

    /// <summary>The block of one address. An IPv4-mapped IPv6 address, as a dual-stack socket names an IPv4 peer, is that IPv4 address.</summary>
    public static Cidr Of(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        UInt128 value = 0;
        foreach (var octet in bytes[..length])
        {
            value = (value << 8) | octet;
        }

        return Create(address.AddressFamily, value, length * 8);
    }

    /// <summary>
    /// Reads <c>192.0.2.0/24</c>, <c>2001:db8::/32</c> or a bare address (that one host). Host bits are masked away. Refuses short and octal IPv4,
    /// IPv4-mapped IPv6, zone ids, brackets, blanks and signs.
    /// </summary>
    /// <param name="text">What the caller wrote.</param>
    /// <param name="family">The family that is wanted here.</param>
    /// <param name="cidr">The block, when the text is one.</param>
    /// <param name="problem">What is wrong with the text, in words that follow the text in a sentence; null when nothing is.</param>
    public static bool TryParse(string? text, AddressFamily family, out Cidr cidr, out string? problem)
    {
        cidr = default;
        if (string.IsNullOrEmpty(text))
        {
            problem = "is empty";
            return false;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var address = slash < 0 ? text : text[..slash];
        var wide = family == AddressFamily.InterNetworkV6;
        if (wide ? Ipv4Text.TryParse(address, out _) : Ipv6Text.TryParse(address, out _))
        {
            problem = wide ? "is an IPv4 address where IPv6 is wanted" : "is an IPv6 address where IPv4 is wanted";
            return false;
        }

        if (!(wide ? TryParseIpv6(address, out var value, out problem) : TryParseIpv4(address, out value, out problem)))
        {
            return false;
        }

        var length = WidthOf(family);
        if (slash >= 0 && !TryParsePrefix(text.AsSpan(slash + 1), length, out length))
        {
            problem = $"has a prefix length that is not a number from 0 to {WidthOf(family).ToString(CultureInfo.InvariantCulture)}";
            return false;
        }

        cidr = Create(family, value, length);
        problem = null;
        return true;
    }

    /// <summary>Reads one address of either family, as strictly as <see cref="TryParse"/>: no prefix length, no mapped address, no zone id.</summary>
    public static bool TryParseAddress(string? text, [NotNullWhen(true)] out IPAddress? address, out string? problem)
    {
        address = null;
        if (text is not null && text.Contains('/', StringComparison.Ordinal))
        {
            problem = "is a block where one address is wanted";
            return false;
        }

        var family = text is not null && text.Contains(':', StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        if (!TryParse(text, family, out var cidr, out problem))
        {
            return false;
        }

        address = cidr.ToAddress();
        return true;
    }

    public bool Contains(Cidr other) =>
        other.Family == Family && other.PrefixLength >= PrefixLength && (other.Network & ~HostMask(Family, PrefixLength)) == Network;

    public bool Contains(IPAddress address) => Contains(Of(address));

    /// <summary>True when some address is in both.</summary>
    public bool Overlaps(Cidr other) => Contains(other) || other.Contains(this);

    /// <summary>The first address of the block.</summary>
    public IPAddress ToAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        for (var i = 15; i >= 0; i--)
        {
            bytes[i] = (byte)(Network >> ((15 - i) * 8));
        }

        return new IPAddress(Family == AddressFamily.InterNetwork ? bytes[12..] : bytes);
    }

    /// <summary>Families in order, then by address, then the wider block first.</summary>
    public int CompareTo(Cidr other)
    {
        var order = Family.CompareTo(other.Family);
        order = order != 0 ? order : Network.CompareTo(other.Network);
        return order != 0 ? order : PrefixLength.CompareTo(other.PrefixLength);
    }

    public static bool operator <(Cidr left, Cidr right) => left.CompareTo(right) < 0;

    public static bool operator >(Cidr left, Cidr right) => left.CompareTo(right) > 0;

    public static bool operator <=(Cidr left, Cidr right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Cidr left, Cidr right) => left.CompareTo(right) >= 0;

    /// <summary><c>192.0.2.0/24</c>, <c>2001:db8::/32</c>: always with a prefix length, IPv6 as RFC 5952 writes it.</summary>
    public override string ToString() =>
        $"{(Family == AddressFamily.InterNetworkV6 ? Ipv6Text.Format(Network) : ToAddress().ToString())}/{PrefixLength.ToString(CultureInfo.InvariantCulture)}";

    private static int WidthOf(AddressFamily family) => family == AddressFamily.InterNetwork ? 32 : 128;

    private static UInt128 HostMask(AddressFamily family, int prefixLength)
    {
        var bits = WidthOf(family) - prefixLength;
        return bits == 128 ? UInt128.MaxValue : (UInt128.One << bits) - 1;
    }

    private static bool TryParseIpv4(string text, out UInt128 value, out string? problem)
    {
        problem = Ipv4Text.TryParse(text, out var number) ? null : "is not an IPv4 address of four numbers from 0 to 255 without leading zeros";
        value = number;
        return problem is null;
    }

    private static bool TryParseIpv6(string text, out UInt128 value, out string? problem)
    {
        problem = Ipv6Text.TryParse(text, out value) ? null : "is not an IPv6 address";
        if (problem is null && value >> 32 == 0xFFFF)
        {
            problem = "is an IPv4-mapped IPv6 address; name the IPv4 address in `cidrs`";
        }

        return problem is null;
    }

    /// <summary>Digit by digit, because <see cref="int.TryParse(ReadOnlySpan{char}, out int)"/> forgives NUL characters at the end.</summary>
    private static bool TryParsePrefix(ReadOnlySpan<char> text, int width, out int length)
    {
        length = 0;
        if (text.Length is 0 or > 3 || (text.Length > 1 && text[0] == '0'))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }

            length = (length * 10) + (c - '0');
        }

        return length <= width;
    }
}
