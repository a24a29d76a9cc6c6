using System.Security.Cryptography;
using System.Text;
using CsCheck;

namespace Portlight.Storage.Tests.Secrets;

public sealed class SecretBoxTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("portlight-key-").FullName;

    private string KeyPath => Path.Combine(_directory, "secret.key");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_is_sealed_opens_again_after_a_restart()
    {
        var before = KeyFile.OpenOrCreate(KeyPath);
        var after = KeyFile.OpenOrCreate(KeyPath);
        Gen.Byte.Array[0, 5000].Sample(secret => after.Open(before.Seal(secret)).SequenceEqual(secret), iter: 200);
    }

    [Fact]
    public void A_seal_shows_nothing_and_is_never_the_same_twice()
    {
        var box = KeyFile.OpenOrCreate(KeyPath);
        var secret = Encoding.ASCII.GetBytes("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        Assert.Equal(-1, box.Seal(secret).AsSpan().IndexOf(secret.AsSpan(0, 4)));
        Assert.NotEqual(box.Seal(secret), box.Seal(secret));
    }

    [Fact]
    public void No_byte_of_a_seal_can_be_changed_or_cut()
    {
        var box = KeyFile.OpenOrCreate(KeyPath);
        var sealedSecret = box.Seal([1, 2, 3]);
        for (var at = 0; at < sealedSecret.Length; at++)
        {
            var changed = sealedSecret.ToArray();
            changed[at] ^= 1;
            Assert.Throws<StoreException>(() => box.Open(changed));
            Assert.Throws<StoreException>(() => box.Open(sealedSecret[..at]));
        }
    }

    [Fact]
    public void The_key_file_is_for_its_owner_alone()
    {
        KeyFile.OpenOrCreate(KeyPath);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
        Assert.Equal([KeyPath], Directory.GetFiles(_directory));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_key_file_that_others_can_open_is_refused(UnixFileMode more)
    {
        KeyFile.OpenOrCreate(KeyPath);
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | more);
        var refusal = Assert.Throws<StoreException>(() => KeyFile.OpenOrCreate(KeyPath));
        Assert.Contains("chmod 600", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("portlight-keys 1\n")]
    [InlineData("portlight-keys 2\n00000001 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")]
    [InlineData("portlight-keys 1\n00000001 AAAA\n")]
    [InlineData("portlight-keys 1\nzz AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")]
    public void A_damaged_key_file_is_refused_without_showing_it(string text)
    {
        File.WriteAllText(KeyPath, text);
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var refusal = Assert.Throws<StoreException>(() => KeyFile.OpenOrCreate(KeyPath));
        Assert.Contains("is damaged", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("AAAA", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_seal_of_another_installation_is_refused()
    {
        var here = KeyFile.OpenOrCreate(KeyPath);
        var there = KeyFile.OpenOrCreate(KeyPath + "2");
        var refusal = Assert.Throws<StoreException>(() => there.Open(here.Seal([1])));
        Assert.Contains("key file", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_new_key_is_added_old_seals_still_open_and_new_ones_use_it()
    {
        var old = KeyFile.OpenOrCreate(KeyPath).Seal([1]);
        File.AppendAllText(KeyPath, $"0000abcd {Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}\n");
        var box = KeyFile.OpenOrCreate(KeyPath);

        Assert.Equal([1], box.Open(old));
        Assert.Equal([0, 0, 0xAB, 0xCD], box.Seal([2])[1..5]);
        Assert.Equal([2], box.Open(box.Seal([2])));
    }
}
