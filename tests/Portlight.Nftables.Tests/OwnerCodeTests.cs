using System.Numerics;
using CsCheck;
using Portlight.Domain;
using Portlight.Nftables.Compiling;

namespace Portlight.Nftables.Tests;

/// <summary>What connections remember attachments by. The kernel only ever adds bits to a label.</summary>
public sealed class OwnerCodeTests
{
    private static readonly Gen<uint> Numbers = Gen.OneOf(Gen.UInt[0, 40], Gen.UInt, Gen.OneOf(uint.MaxValue, uint.MaxValue - 1, 1u << 31, (1u << 31) - 1));

    // The bits that count are the lower 28.
    private static readonly Gen<InstallationId> Installations = Gen.OneOf(Gen.ULong[0, 5], Gen.ULong, Gen.OneOf(0xFFF_FFFFul, 0xFFF_FFFEul, 1ul << 27)).Select(value => new InstallationId(value));

    private static readonly Gen<ConnectionOwner> Owners = Gen.Select(Installations, Numbers, (installation, number) => new ConnectionOwner(installation, number));

    [Fact]
    public void No_label_that_several_have_added_to_is_anybodys() => Owners.Array[2, 6].Sample(owners =>
    {
        UInt128[] begun = [.. owners.Select(owner => Label(OwnerCode.BegunBy(owner))).Distinct()];
        // Whatever is added in whatever order is one of these.
        for (var some = 1; some < 1 << begun.Length; some++)
        {
            var label = begun.Where((_, i) => (some >> i & 1) != 0).Aggregate((one, other) => one | other);
            Assert.Equal(BitOperations.IsPow2(some), begun.Contains(label));
        }
    }, iter: 5_000);

    [Fact]
    public void Two_numbers_or_two_installations_never_have_one_code() => Gen.Select(Owners, Owners).Sample((one, other) =>
    {
        (ulong, uint) Place(ConnectionOwner owner) => (owner.Installation.Value & 0xFFF_FFFF, owner.Number);
        // In the order of what they stand for, so equal only when that is.
        Assert.Equal(Place(one).CompareTo(Place(other)), one.Code.CompareTo(other.Code));
        Assert.Equal(OwnerCode.BitsSet, BitOperations.PopCount(one.Code));
    }, iter: 20_000);

    [Fact]
    public void The_side_that_began_a_connection_and_the_one_that_let_it_in_share_no_bit() => Gen.Select(Owners, Owners).Sample((one, other) =>
    {
        Assert.Equal(UInt128.Zero, Label(OwnerCode.BegunBy(one)) & Label(OwnerCode.AdmittedBy(other)));
        Assert.Equal(OwnerCode.BegunBy(one)[..OwnerCode.Length], OwnerCode.LeavingBy(7, one)[..OwnerCode.Length]);
        Assert.Equal(OwnerCode.BegunBy(one)[..OwnerCode.Length], OwnerCode.AdmittedBy(one)[OwnerCode.Length..]);
    }, iter: 1_000);

    [Fact]
    public void The_first_and_the_last_code_are_words_of_their_own()
    {
        Assert.Equal(uint.MaxValue, new ConnectionOwner(default, 0).Code);
        Assert.Equal(OwnerCode.BitsSet, BitOperations.PopCount(new ConnectionOwner(new InstallationId(ulong.MaxValue), uint.MaxValue).Code));
    }

    private static UInt128 Label(byte[] bytes) => new(BitConverter.ToUInt64(bytes, 8), BitConverter.ToUInt64(bytes));
}
