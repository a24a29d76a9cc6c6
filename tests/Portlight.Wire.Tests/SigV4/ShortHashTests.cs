using System.Security.Cryptography;
using CsCheck;
using Portlight.Linux;

namespace Portlight.Wire.Tests.SigV4;

/// <summary>Hashes that OpenSSL makes directly are those that .NET makes, of every length: of less than a block, of whole blocks, of what is too long for it.</summary>
public class ShortHashTests
{
    [Fact]
    public void A_hash_is_the_one_that_dotnet_makes_of_every_length()
    {
        var data = RandomNumberGenerator.GetBytes(4200);
        var hash = new byte[Sha256.Size];
        for (var length = 0; length <= data.Length; length++)
        {
            Sha256.Hash(data.AsSpan(0, length), hash);
            Assert.True(SHA256.HashData(data.AsSpan(0, length)).AsSpan().SequenceEqual(hash), $"the hash of {length} bytes is wrong");
        }
    }

    [Fact]
    public void An_authentication_code_is_the_one_that_dotnet_makes_with_keys_and_data_of_every_length() =>
        Gen.Select(Gen.Byte.Array[0, 200], Gen.OneOf(Gen.Byte.Array[0, 200], Gen.Byte.Array[4000, 4200])).Sample((key, data) =>
        {
            var mac = new byte[Sha256.Size];
            new HmacSha256(key).Sign(data, mac);
            return HMACSHA256.HashData(key, data).AsSpan().SequenceEqual(mac);
        });

    [Fact]
    public void A_key_that_many_threads_sign_with_signs_what_each_gives_it()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        var key = new HmacSha256(secret);
        Parallel.For(0, 10_000, number =>
        {
            var mac = new byte[Sha256.Size];
            key.Sign(BitConverter.GetBytes(number), mac);
            Assert.Equal(HMACSHA256.HashData(secret, BitConverter.GetBytes(number)), mac);
        });
    }

    [Fact]
    public void A_hash_writes_nothing_beyond_its_length_and_refuses_less_room()
    {
        var room = new byte[Sha256.Size + 8];
        Sha256.Hash("abc"u8, room);
        Assert.Equal(new byte[8], room[Sha256.Size..]);
        Assert.ThrowsAny<ArgumentException>(() => Sha256.Hash("abc"u8, new byte[Sha256.Size - 1]));
    }

    [Fact]
    public void Where_dotnet_uses_OpenSSL_3_hashes_are_made_directly() =>
        Assert.Equal(OperatingSystem.IsLinux() && SafeEvpPKeyHandle.OpenSslVersion >> 28 == 3, Sha256.IsDirect);
}
