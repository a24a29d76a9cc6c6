using System.Text;
using Portlight.Domain;
using Portlight.Storage.Contract;
using Portlight.TestKit;

namespace Portlight.Storage.Sqlite.Tests.Secrets;

/// <summary>A rotation of the key file, whole and cut off after each of its steps: every stored secret opens at every moment.</summary>
public sealed class KeyRotationTests : IAsyncLifetime
{
    private readonly SqliteSource _source = new();
    private SqliteStore _store = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string KeyPath => Path.Combine(_source.Directory, "secret.key");

    public async ValueTask InitializeAsync()
    {
        var box = KeyFile.OpenOrCreate(KeyPath);
        _store = _source.Open();
        await _store.SaveAsync(
            (_, changes) =>
            {
                changes.Save(Sample.AccessKey("AKIA1") with { SealedSecret = box.Seal("one"u8) });
                changes.Save(Sample.AccessKey("AKIA2") with { AccountId = IdentitySample.OtherAccount, SealedSecret = box.Seal("two"u8) });
                changes.Save(Sample.KeyPair("mine") with { SealedPrivateKey = box.Seal("three"u8) });
                changes.Save(Sample.KeyPair("far") with { Scope = Sample.OtherScope, SealedPrivateKey = box.Seal("four"u8) });
                changes.Save(Sample.KeyPair("public"));
                changes.Save(new Host
                {
                    Name = HostName.Local,
                    Zone = "us-east-1a",
                    State = HostState.Active,
                    CreatedAt = DateTimeOffset.UnixEpoch,
                    Authorities = [new HostAuthority([1, 2, 3], box.Seal("five"u8))],
                });
                return 0;
            },
            Cancellation);
        AssertEverythingOpens();
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _source.DisposeAsync();
    }

    [Fact]
    public async Task A_rotation_seals_everything_anew_and_forgets_the_old_key()
    {
        var old = await File.ReadAllTextAsync(KeyPath, Cancellation);
        var report = await KeyRotation.RunAsync(_store, KeyPath, cancellationToken: Cancellation);
        Assert.Equal((5, 1, report.SealingKey), (report.Resealed, report.Forgotten, KeyFile.OpenOrCreate(KeyPath).SealingKey));
        Assert.Equal(2, KeyLines());
        Assert.DoesNotContain(old.Split('\n')[1], await File.ReadAllTextAsync(KeyPath, Cancellation), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
        Assert.All(Seals(), secret => Assert.Equal(report.SealingKey, SecretBox.KeyOf(secret)));
        AssertEverythingOpens();
        await ReopenAsync();
        AssertEverythingOpens();
    }

    [Fact]
    public async Task Older_keys_can_be_kept_until_the_next_rotation()
    {
        var session = KeyFile.OpenOrCreate(KeyPath).Seal("session"u8);
        await KeyRotation.RunAsync(_store, KeyPath, keepsOldKeys: true, cancellationToken: Cancellation);
        Assert.Equal("session"u8, KeyFile.OpenOrCreate(KeyPath).Open(session));

        var report = await KeyRotation.RunAsync(_store, KeyPath, cancellationToken: Cancellation);
        Assert.Equal((5, 2), (report.Resealed, report.Forgotten));
        Assert.Throws<StoreException>(() => KeyFile.OpenOrCreate(KeyPath).Open(session));
        AssertEverythingOpens();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_rotation_that_ends_early_loses_nothing_and_can_be_run_again(int steps)
    {
        var draft = KeyPath + ".4711.new";
        await File.WriteAllTextAsync(draft, "portlight-keys 1\n", Cancellation);
        if (steps >= 2)
        {
            var box = KeyFile.Rotate(KeyPath);
            AssertEverythingOpens();
            if (steps >= 3)
            {
                Assert.Equal(5, await KeyRotation.ResealAsync(_store, box, describe: null, Cancellation));
                AssertEverythingOpens();
            }
        }

        await ReopenAsync();
        AssertEverythingOpens();
        await KeyRotation.RunAsync(_store, KeyPath, cancellationToken: Cancellation);
        Assert.Equal(2, KeyLines());
        Assert.False(File.Exists(draft));
        AssertEverythingOpens();
    }

    [Fact]
    public async Task When_the_secrets_cannot_be_written_the_old_keys_stay()
    {
        _store.WriterDatabase.Execute("PRAGMA query_only = 1");
        await Assert.ThrowsAsync<StoreException>(() => KeyRotation.RunAsync(_store, KeyPath, cancellationToken: Cancellation));
        Assert.Equal(3, KeyLines());
        AssertEverythingOpens();

        _store.WriterDatabase.Execute("PRAGMA query_only = 0");
        await KeyRotation.RunAsync(_store, KeyPath, cancellationToken: Cancellation);
        AssertEverythingOpens();
    }

    [Fact]
    public async Task A_secret_that_cannot_be_opened_is_named_and_nothing_is_forgotten()
    {
        var stranger = KeyFile.OpenOrCreate(Path.Combine(_source.Directory, "other.key"));
        await _store.SaveAsync((_, changes) => Save(changes, stranger), Cancellation);
        var before = Seals();
        var refusal = await Assert.ThrowsAsync<StoreException>(() => KeyRotation.RunAsync(_store, KeyPath, cancellationToken: Cancellation));

        Assert.Contains("`AKIA9`", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, Seals());
        Assert.Equal(3, KeyLines());

        static int Save(Changes changes, SecretBox box)
        {
            changes.Save(Sample.AccessKey("AKIA9") with { SealedSecret = box.Seal("x"u8) });
            return 0;
        }
    }

    [Fact]
    public void A_missing_key_file_is_not_made_by_a_rotation()
    {
        var refusal = Assert.Throws<StoreException>(() => KeyFile.Rotate(KeyPath + "2"));
        Assert.Contains("cannot be changed", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(KeyPath + "2"));
    }

    private async Task ReopenAsync()
    {
        await _store.DisposeAsync();
        _store = _source.Open();
    }

    private List<byte[]> Seals() =>
        [.. _store.View.AllAccessKeys().Select(key => key.SealedSecret), .. _store.View.AllKeyPairs().Select(pair => pair.SealedPrivateKey).OfType<byte[]>(), .. _store.View.ListHosts().SelectMany(host => host.Authorities).Select(authority => authority.SealedKey)];

    /// <summary>With the key file as it is now, also through the rows that are kept in memory.</summary>
    private void AssertEverythingOpens()
    {
        var box = KeyFile.OpenOrCreate(KeyPath);
        Assert.Equal(["one", "two", "four", "three", "five"], Seals().Select(secret => Encoding.UTF8.GetString(box.Open(secret))));
        Assert.Equal("one"u8, box.Open(_store.View.FindAccessKey("AKIA1")!.SealedSecret));
        Assert.Null(_store.View.FindKeyPair(Sample.Scope, "public")!.SealedPrivateKey);
    }

    private int KeyLines() => File.ReadAllLines(KeyPath).Length;
}
