using Portlight.Domain;
using Portlight.Storage.Contract;
using Portlight.Storage.Sqlite;
using Portlight.TestKit;
using Portlight.TestKit.Network;

namespace Portlight.Storage.Postgres.Tests;

/// <summary>A server beside a newer one: rows have members, and there are things, which it does not know. It goes on, and none of that is lost by what it writes.</summary>
public sealed class NewerServerTests : IAsyncLifetime
{
    private const string Newer = """
        ,"newer":{"a":[1,"}"]}
        """;

    private readonly PostgresSource _source = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await _source.DisposeAsync();

    [Fact]
    public async Task What_a_newer_server_adds_to_rows_stays_there_whatever_this_one_writes_of_them()
    {
        await using (var running = await _source.OpenAsync("a"))
        {
            await Everything.SaveAsync(running, Cancellation);
            await AddAsync($"left(item.body, -1) || '{Newer}}}'");
            await running.CatchUpAsync(Cancellation);
            await SaveAllAsync(running);
            Assert.Equal("", await WithoutAsync());
        }

        // As it is after a restart, and as another of the same version that begins now has it.
        foreach (var name in (string[])["a", "b"])
        {
            await using var store = await _source.OpenAsync(name);
            Assert.Equal("größe", store.View.FindOperation(Sample.Scope, Sample.Id(2))!.ErrorDetails);
            await SaveAllAsync(store);
            Assert.Equal("", await WithoutAsync());
        }
    }

    [Fact]
    public async Task What_is_removed_and_made_anew_has_nothing_of_what_a_newer_server_had_added()
    {
        await using var store = await _source.OpenAsync("a");
        await SaveAsync(store, changes => changes.Save(Sample.KeyPair("key-1")));
        await AddAsync($"left(item.body, -1) || '{Newer}}}'");
        await store.CatchUpAsync(Cancellation);
        await SaveAsync(store, changes => changes.Remove(Sample.KeyPair("key-1")));
        await SaveAsync(store, changes => changes.Save(Sample.KeyPair("key-1")));

        Assert.Equal("key_pair", await WithoutAsync());
    }

    [Fact]
    public async Task Things_of_an_unknown_kind_are_passed_over_and_stay()
    {
        await using var store = await _source.OpenAsync("a");
        await SaveAsync(store, changes => changes.Save(Sample.Instance(1)));
        await _source.SqlAsync("INSERT INTO item (kind, key, place, body) VALUES ('newer', 'one', 1 << 40, '[]')");
        await AddAsync("'[]'", "kind = 'newer'");
        await SaveAsync(store, changes => changes.Save(Sample.Instance(2)));
        await using var other = await _source.OpenAsync("b");

        Assert.Equal(["web-1", "web-2"], other.View.AllInstances().Select(instance => instance.Name));
        Assert.Equal("[]", (await _source.SqlAsync("SELECT body FROM item WHERE kind = 'newer'")).Trim());
    }

    /// <summary>What is within a known member may change what that means; and a file has no place for what is not known.</summary>
    [Fact]
    public async Task What_is_unknown_within_a_known_member_is_damage_and_a_copy_is_left_to_the_newer_version()
    {
        await using (var store = await _source.OpenAsync("a"))
        {
            await SaveAsync(store, changes => changes.Save(Sample.Instance(1) with { Ports = Sample.Ports(7) }));
            await AddAsync($"left(item.body, -1) || '{Newer}}}'");
            await store.CatchUpAsync(Cancellation);
            var directory = Directory.CreateTempSubdirectory("portlight-copy-").FullName;
            var text = await _source.ConnectionTextAsync();
            var refusal = Assert.Throws<StoreException>(() => SharedDatabase.CopyTo(text, Path.Combine(directory, "copy.db"), TimeProvider.System));
            Directory.Delete(directory, recursive: true);
            Assert.Contains("of a newer portlight", refusal.Message, StringComparison.Ordinal);
            await AddAsync("""replace(item.body, '"ports":[', '"ports":[{"protocol":"tcp","from":1,"newer":1},')""");
            await Assert.ThrowsAsync<StoreException>(() => store.CatchUpAsync(Cancellation).AsTask());
        }
    }

    /// <summary>The step after which an older version may not go on: the format and a new history in one transaction.</summary>
    [Fact]
    public async Task A_server_stops_once_the_format_is_one_that_it_does_not_know_and_does_not_start_again()
    {
        await using var store = await _source.OpenAsync("a");
        await SaveAsync(store, changes => changes.Save(Sample.Instance(1)));
        await _source.SqlAsync("""
            BEGIN;
            UPDATE head SET format = 99, position = position + 2, batch = gen_random_uuid();
            DELETE FROM batch;
            INSERT INTO batch (position, id, revision, instance_index, kinds, keys, revisions, bodies, removals) SELECT position, batch, revision, instance_index, '{}', '{}', '{}', '{}', '{}' FROM head;
            COMMIT
            """);

        var stopped = await store.Stopped.WaitAsync(Deadline.Span, Cancellation);
        Assert.True(stopped.HasOtherHistory);
        var refusal = await Assert.ThrowsAsync<StoreException>(() => _source.OpenAsync("b"));
        Assert.Contains("newer portlight", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Writes things as a newer server would, with its batch: the head is locked first, as by every server.</summary>
    private Task<string> AddAsync(string body, string which = "kind <> 'applied'") => _source.SqlAsync($"""
        SELECT FROM head FOR UPDATE;
        WITH changed AS (
            UPDATE item SET body = {body}, revision = n.revision
            FROM (SELECT kind, key, CASE WHEN kind = 'instance' THEN (SELECT revision FROM head) + row_number() OVER (PARTITION BY kind ORDER BY place) END AS revision FROM item WHERE {which}) n
            WHERE item.kind = n.kind AND item.key = n.key
            RETURNING item.kind, item.key, item.place, coalesce(item.revision, 0) AS revision, item.body),
        followed AS (
            INSERT INTO batch (position, id, revision, instance_index, kinds, keys, revisions, bodies, removals)
            SELECT max(head.position) + 1, gen_random_uuid(), max(head.revision) + count(*) FILTER (WHERE kind = 'instance'), max(head.instance_index), array_agg(kind ORDER BY place), array_agg(key ORDER BY place),
                array_agg(changed.revision ORDER BY place), array_agg(body ORDER BY place), array_agg(false)
            FROM changed, head RETURNING position, id, revision)
        UPDATE head SET position = followed.position, batch = followed.id, revision = followed.revision FROM followed WHERE one = 1
        """);

    /// <summary>Kinds of things that lack what the newer server has added.</summary>
    private async Task<string> WithoutAsync() =>
        (await _source.SqlAsync($"SELECT coalesce(string_agg(DISTINCT kind, ' '), '') FROM item WHERE kind <> 'applied' AND body NOT LIKE '%{Newer}}}'")).Trim();

    /// <summary>Each thing once more.</summary>
    private static Task SaveAllAsync(PostgresStore store) => SaveAsync(store, changes =>
    {
        var view = store.View;
        view.AllInstances().ToList().ForEach(instance => changes.Save(instance with { UserData = instance.UserData + "x" }));
        changes.Save(view.FindStaticIp(Sample.Scope, "static-9")!);
        view.AllKeyPairs().ToList().ForEach(pair => changes.Save(pair));
        view.ListAccounts().ToList().ForEach(changes.Save);
        view.ListRegions().ToList().ForEach(changes.Save);
        changes.Save(view.FindAccessKey("AKIA1")!);
        changes.Save(view.FindAccessKeyUse("AKIA1")!);
        changes.Save(IdentitySample.FullUser);
        changes.Save(IdentitySample.FullGroup);
        changes.Save(IdentitySample.FullRole);
        changes.Save(IdentitySample.FullPolicy);
        changes.Save(view.FindHost("fra-07")!);
        changes.Save(view.FindOperation(Sample.Scope, Sample.Id(2))!);
    });

    private static Task SaveAsync(PostgresStore store, Action<Changes> change) => store.SaveAsync(
        (_, changes) =>
        {
            change(changes);
            return 0;
        },
        Cancellation);
}
