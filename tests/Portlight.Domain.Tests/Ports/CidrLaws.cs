using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CsCheck;

namespace Portlight.Domain.Tests.Ports;

public sealed class CidrLaws
{
    private static readonly Gen<UInt128> AnyNumber = Gen.Select(Gen.ULong, Gen.ULong, (high, low) => new UInt128(high, low));

    /// <summary>Numbers with runs of zero groups, where the text forms differ.</summary>
    private static readonly Gen<UInt128> Sparse = Gen.Select(Gen.UShort.Array[8], Gen.Byte, (groups, zero) =>
    {
        UInt128 value = 0;
        for (var i = 0; i < 8; i++)
        {
            value = (value << 16) | (((zero >> i) & 1) == 1 ? (UInt128)0 : groups[i]);
        }

        return value;
    });

    private static readonly Gen<Cidr> Blocks = Gen.OneOf<Cidr>(
        Gen.Select(Gen.UInt, Gen.Int[0, 32], (address, prefix) => Cidr.Create(AddressFamily.InterNetwork, address, prefix)),
        Gen.Select(Gen.OneOf<UInt128>(AnyNumber, Sparse), Gen.Int[0, 128], (address, prefix) => Cidr.Create(AddressFamily.InterNetworkV6, address, prefix)));

    [Fact]
    public void What_is_written_is_read_back() => Blocks.Where(block => !IsMapped(block)).Sample(block =>
    {
        Assert.True(Cidr.TryParse(block.ToString(), block.Family, out var again, out var problem), problem);
        Assert.Equal(block, again);
    }, iter: 20_000);

    [Fact]
    public void Every_text_form_of_an_ipv6_address_is_the_number_that_the_framework_reads() =>
        Gen.Select(Gen.OneOf<UInt128>(AnyNumber, Sparse), Gen.Int[0, 4], Gen.Bool, Gen.Bool).Sample((number, gap, upper, quad) =>
        {
            var text = Write(number, gap, upper, quad);
            Assert.Equal(number >> 32 != 0xFFFF, Cidr.TryParse(text, AddressFamily.InterNetworkV6, out var cidr, out _));
            if (number >> 32 != 0xFFFF)
            {
                Assert.Equal(FrameworkReads(text), cidr.ToAddress());
                Assert.Equal(number, cidr.Network);
            }
        }, iter: 20_000);

    [Fact]
    public void What_is_written_is_what_the_framework_writes_where_it_writes_no_dotted_quad() => Gen.OneOf<UInt128>(AnyNumber, Sparse).Sample(number =>
    {
        var address = Cidr.Create(AddressFamily.InterNetworkV6, number, 128);
        var theirs = address.ToAddress().ToString();
        if (!theirs.Contains('.', StringComparison.Ordinal))
        {
            Assert.Equal($"{theirs}/128", address.ToString());
        }
    }, iter: 20_000);

    /// <summary>Whatever the text: what the strict parser takes, the framework takes too and reads as the same address. It never crashes.</summary>
    [Fact]
    public void Accepts_only_what_the_framework_reads_the_same() =>
        Gen.OneOf<string>(Gen.String[Gen.Char["0123456789abfx.:/% "], 0, 24], Gen.String[0, 24]).Sample(text =>
        {
            foreach (var family in new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 })
            {
                if (Cidr.TryParse(text, family, out var cidr, out var problem))
                {
                    var slash = text.IndexOf('/', StringComparison.Ordinal);
                    Assert.Equal(Cidr.Create(family, Cidr.Of(FrameworkReads(slash < 0 ? text : text[..slash])).Network, cidr.PrefixLength), cidr);
                }
                else
                {
                    Assert.NotNull(problem);
                }
            }
        }, iter: 50_000);

    [Fact]
    public void A_block_contains_an_address_when_its_first_bits_agree() =>
        Gen.Select(Blocks, AnyNumber).Sample((block, noise) =>
        {
            var width = block.Width;
            var host = noise & (width == 32 ? uint.MaxValue : UInt128.MaxValue);
            var inside = Cidr.Create(block.Family, block.Network | (host & (block.Last ^ block.Network)), width);
            Assert.True(block.Contains(inside));
            Assert.True(inside.Network >= block.Network && inside.Network <= block.Last);
            var anywhere = Cidr.Create(block.Family, host, width);
            Assert.Equal(anywhere.Network >= block.Network && anywhere.Network <= block.Last, block.Contains(anywhere));
        }, iter: 20_000);

    private static bool IsMapped(Cidr block) => block.Family == AddressFamily.InterNetworkV6 && block.Network >> 32 == 0xFFFF;

    private static string Write(UInt128 number, int gapChoice, bool upper, bool quad)
    {
        var groups = Enumerable.Range(0, 8).Select(i => (ushort)(number >> (16 * (7 - i)))).ToArray();
        var format = (upper, gapChoice % 2) switch { (true, 0) => "X", (true, _) => "X4", (false, 0) => "x", _ => "x4" };
        var texts = groups.Select(g => g.ToString(format, CultureInfo.InvariantCulture)).ToList();
        if (quad)
        {
            texts = [.. texts[..6], $"{groups[6] >> 8}.{groups[6] & 255}.{groups[7] >> 8}.{groups[7] & 255}"];
        }

        // Any one run of zero groups before the quad may be written as "::", also a run of one.
        var end = quad ? 6 : 8;
        var starts = Enumerable.Range(0, end).Where(i => groups[i] == 0).ToList();
        if (gapChoice == 0 || starts.Count == 0)
        {
            return string.Join(':', texts);
        }

        var start = starts[gapChoice % starts.Count];
        var stop = start;
        while (stop < end && groups[stop] == 0)
        {
            stop++;
        }

        return $"{string.Join(':', texts[..start])}::{string.Join(':', texts[stop..])}";
    }

#pragma warning disable RS0030 // The framework's parser is what this test compares with; the text was taken by the strict one first.
    private static IPAddress FrameworkReads(string text) => IPAddress.Parse(text);
#pragma warning restore RS0030
}
