using System.Globalization;
using Portlight.Domain;
using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Tests.Sqlite;

public sealed class SqliteMigrations : IAsyncDisposable
{
    private readonly SqliteSource source = new();

    public static TheoryData<int> Versions => [.. Enumerable.Range(0, Schema.Version + 1)];

    public ValueTask DisposeAsync() => source.DisposeAsync();

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_database_of_any_version_becomes_like_a_new_one(int version)
    {
        using (var old = Database.Open(source.Path, readOnly: false))
        {
            Schema.Migrate(old, version);
        }

        await using (source.Open())
        {
        }

        await using var fresh = new SqliteSource();
        await using (fresh.Open())
        {
        }

        Assert.Equal(Dump(fresh.Path), Dump(source.Path));
        Assert.Contains("CREATE TABLE instance ", Dump(source.Path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrating_again_changes_nothing()
    {
        await using (source.Open())
        {
        }

        var before = Dump(source.Path);
        await using (source.Open())
        {
        }

        Assert.Equal(before, Dump(source.Path));
    }

    [Fact]
    public void A_newer_schema_is_refused_and_left_alone()
    {
        using (var database = Database.Open(source.Path, readOnly: false))
        {
            Schema.Migrate(database, Schema.Version);
            database.Execute($"PRAGMA user_version = {Schema.Version + 1}");
        }

        var refusal = Assert.Throws<StoreException>(() => source.Open());
        Assert.Contains("start the newer portlight that wrote it", refusal.Message, StringComparison.Ordinal);
        using var after = Database.Open(source.Path, readOnly: true);
        Assert.Equal((Schema.Version + 1).ToString(CultureInfo.InvariantCulture), after.Scalar("PRAGMA user_version"));
    }

    [Fact]
    public void A_database_of_another_program_is_refused_and_left_alone()
    {
        using (var database = Database.Open(source.Path, readOnly: false))
        {
            database.Execute("CREATE TABLE song (title TEXT)");
        }

        var refusal = Assert.Throws<StoreException>(() => source.Open());
        Assert.Contains("another program", refusal.Message, StringComparison.Ordinal);
        using var after = Database.Open(source.Path, readOnly: true);
        Assert.Equal("1", after.Scalar("SELECT count(*) FROM sqlite_master"));
    }

    /// <summary>Rows hold these numbers: to change one is to change what is stored.</summary>
    [Fact]
    public void Numbers_that_rows_hold_are_frozen()
    {
        Assert.Equal("Started=0 Succeeded=1 Failed=2", Numbers<OperationStatus>());
        Assert.Equal("Instance=0 StaticIp=1 KeyPair=2", Numbers<ResourceType>());
        Assert.Equal("SettingUp=0 Active=1 Closed=2", Numbers<AccountState>());
        Assert.Equal("Pending=0 Running=16 Stopping=64 Stopped=80", Numbers<InstanceState>());

        static string Numbers<T>()
            where T : struct, Enum => string.Join(' ', Enum.GetValues<T>().Select(value => $"{value}={Convert.ToInt32(value, CultureInfo.InvariantCulture)}"));
    }

    private static string Dump(string path)
    {
        using var database = Database.Open(path, readOnly: true);
        return database.Scalar("SELECT group_concat(sql, char(10)) FROM (SELECT sql FROM sqlite_master ORDER BY type, name)")
            + database.Scalar("SELECT group_concat(name || '=' || value) FROM (SELECT name, value FROM counter ORDER BY name)")
            + database.Scalar("PRAGMA user_version") + database.Scalar("PRAGMA application_id");
    }
}
