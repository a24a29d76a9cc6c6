using System.Globalization;
using Portlight.Domain;
using Portlight.Storage.Contract;
using Portlight.TestKit;

namespace Portlight.Storage.Sqlite.Tests;

public sealed class SqliteMigrations : IAsyncDisposable
{
    private readonly SqliteSource _source = new();

    public static TheoryData<int> Versions => [.. Enumerable.Range(0, Schema.Version + 1)];

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_database_of_any_version_becomes_like_a_new_one(int version)
    {
        using (var old = Database.Open(_source.Path, readOnly: false))
        {
            Schema.Migrate(old, version);
        }

        await using (_source.Open())
        {
        }

        await using var fresh = new SqliteSource();
        await using (fresh.Open())
        {
        }

        Assert.Equal(Dump(fresh.Path), Dump(_source.Path));
        Assert.Contains("CREATE TABLE instance ", Dump(_source.Path), StringComparison.Ordinal);
    }

    /// <summary>Rows in the form that the first version gave them, which no later code may be asked for.</summary>
    [Fact]
    public async Task What_the_first_version_wrote_reads_the_same()
    {
        using (var old = Database.Open(_source.Path, readOnly: false))
        {
            Schema.Migrate(old, 1);
            old.Execute(FirstVersionRows);
        }

        for (var opening = 0; opening < 2; opening++)
        {
            await using var store = _source.Open();
            var view = store.View;
            var instance = Sample.Instance(1) with { Revision = 1, State = InstanceState.Running, Ports = Sample.Ports(80) };
            Assert.Equal((1, 1), (store.Revision, view.AppliedOn(HostName.Local)));
            Sample.AssertSame(instance, view.FindInstance(Sample.Scope, "web-1"));
            Assert.True(view.IsAddressTaken(instance.PublicIpv4!));
            Assert.Equal(Sample.StaticIp("static-1", 77), Assert.Single(view.ListStaticIps(Sample.Scope, "", 9)));
            Assert.Equal("ssh-rsa AAAA", view.FindKeyPair(Sample.Scope, "mine")!.PublicKey);
            foreach (var resource in new[] { null, "web-1" })
            {
                var operations = view.ListOperations(Sample.Scope, resource, null, 9).Operations;
                Assert.Equal([Sample.Operation(2), Sample.Operation(1, awaits: 1) with { Status = OperationStatus.Succeeded }], operations);
            }

            Assert.Equal(new Account("111122223333", AccountState.Active, IsOwner: true, Sample.Start), Assert.Single(view.ListAccounts()));
            Assert.Equal(new OpenRegion("us-east-1", IsReady: true, Sample.Start), Assert.Single(view.ListRegions()));
            Assert.Equal([1, 2, 3], Assert.Single(view.ListAccessKeys("111122223333")).SealedSecret);
            Assert.Empty(view.ListUsers("111122223333"));
            Assert.Equal(new AuditAnchor(0, AuditChain.Genesis), view.AuditStart);
        }
    }

    [Fact]
    public async Task Keys_are_given_the_ids_of_their_users()
    {
        using (var old = Database.Open(_source.Path, readOnly: false))
        {
            Schema.Migrate(old, 4);
            old.Execute("""
                INSERT INTO iam_user VALUES ('111122223333', 'ann', 'AIDA1', '{"name":"Ann","path":"/","id":"AIDA1","createdAt":"2026-11-22T08:30:00Z"}');
                INSERT INTO access_key VALUES ('AKIA1', '111122223333', 'Ann', x'01', 1, 0), ('AKIA2', '444455556666', 'Ann', x'02', 1, 0), ('AKIA3', '111122223333', NULL, x'03', 1, 0);
                INSERT INTO iam_role VALUES ('111122223333', 'r', 'AROA1', '{"name":"r","path":"/","id":"AROA1","createdAt":"2026-11-22T08:30:00Z","trust":"{}","maxSession":3600}');
                """);
        }

        await using var store = _source.Open();

        Assert.Equal(["AIDA1", null, null], new[] { "AKIA1", "AKIA2", "AKIA3" }.Select(id => store.View.FindAccessKey(id)!.UserId));
        Assert.Equal(("Ann", null), (store.View.FindUserById("111122223333", "AIDA1")?.Name, store.View.FindUserById("444455556666", "AIDA1")));
        Assert.Null(store.View.FindRole("111122223333", "r")!.TrustedIds); // for the server to fill in
    }

    /// <summary>Lines as a text, of the first version of the chain.</summary>
    [Fact]
    public async Task The_audit_log_goes_on_where_an_earlier_version_left_it()
    {
        var lines = MemoryLog.LinesOfFirstVersion(2);
        using (var old = Database.Open(_source.Path, readOnly: false))
        {
            Schema.Migrate(old, 6);
            old.Execute($"INSERT INTO audit_block VALUES (1, 2, 0, '{string.Join('\n', lines)}\n')");
        }

        await using (var store = _source.Open())
        {
            await store.RecordAsync(IdentitySample.Event(3), untilDurable: true);
        }

        await using var again = _source.Open();
        Assert.Equal([1, 2, 3], IdentitySample.Numbers(again.View));
        Assert.Equal(lines, IdentitySample.Lines(again.View)[..2]);
        Assert.Equal((3, null), (AuditVerification.Verify(again.View).Events, AuditVerification.Verify(again.View).Break));
    }

    [Fact]
    public async Task Operations_of_an_earlier_version_are_found_and_listed_once_and_in_their_order()
    {
        using (var old = Database.Open(_source.Path, readOnly: false))
        {
            Schema.Migrate(old, 6);
            for (var number = 1; number <= 40; number++)
            {
                old.Execute(string.Create(CultureInfo.InvariantCulture, $"""
                    INSERT INTO operation VALUES ({number}, x'{Sample.Id(number):N}', '{Sample.Scope}', 'web-1', 0, 'us-east-1a', 'PutInstancePublicPorts', NULL, {Sample.Start.AddSeconds(number).UtcTicks}, 1, {Sample.Start.UtcTicks}, NULL, NULL, NULL);
                    UPDATE counter SET value = {number} WHERE name = 'indexed_operation' AND {number} <= 30;
                    """));
            }
        }

        await using var store = _source.Open();
        for (var again = 0; again < 2; again++)
        {
            var all = store.View.ListOperations(Sample.Scope, null, null, 99).Operations.Select(operation => operation.CreatedAt).ToList();
            Assert.Equal((40, Sample.Start.AddSeconds(40)), (all.Count, all[0]));
            Assert.Equal(all.OrderDescending(), all);
            Assert.Empty(store.View.ListOperations(Sample.OtherScope, null, null, 99).Operations);
            Assert.Equal(all, store.View.ListOperations(Sample.Scope, "web-1", null, 99).Operations.Select(operation => operation.CreatedAt));
            Assert.All(Enumerable.Range(1, 40), number => Assert.Equal(Sample.Start.AddSeconds(number), store.View.FindOperation(Sample.Scope, Sample.Id(number))!.CreatedAt));
            await store.SaveAsync((_, changes) => changes.Save(Sample.Instance(1)), TestContext.Current.CancellationToken); // adds what the index has not
        }
    }

    [Fact]
    public async Task The_uses_of_groups_and_policies_are_found_in_the_rows_of_before()
    {
        using (var old = Database.Open(_source.Path, readOnly: false))
        {
            Schema.Migrate(old, 4);
            old.Execute("""
                INSERT INTO iam_user (account_id, name_key, id, body) VALUES ('111122223333', 'ann', 'AIDA1',
                    '{"name":"Ann","path":"/","id":"AIDA1","createdAt":"2026-01-01T00:00:00Z","boundary":"arn:b","groups":["Ops","Night"],"attachedPolicies":["arn:p"]}');
                INSERT INTO iam_user (account_id, name_key, id, body) VALUES ('111122223333', 'bob', 'AIDA2', '{"name":"bob","path":"/","id":"AIDA2","createdAt":"2026-01-01T00:00:00Z"}');
                INSERT INTO iam_group (account_id, name_key, id, body) VALUES ('111122223333', 'ops', 'AGPA1',
                    '{"name":"Ops","path":"/","id":"AGPA1","createdAt":"2026-01-01T00:00:00Z","attachedPolicies":["arn:p"]}');
                INSERT INTO iam_role (account_id, name_key, id, body) VALUES ('111122223333', 'r', 'AROA1',
                    '{"name":"R","path":"/","id":"AROA1","createdAt":"2026-01-01T00:00:00Z","trust":"{}","maxSession":3600,"boundary":"arn:b","attachedPolicies":["arn:p"]}');
                """);
        }

        await using var store = _source.Open();
        Assert.Equal("user/ann", Holders(IdentityUse.OfGroup("OPS")));
        Assert.Equal("user/ann", Holders(IdentityUse.OfGroup("night")));
        Assert.Equal("group/ops role/r user/ann", Holders(IdentityUse.OfPolicy("arn:p")));
        Assert.Equal("role/r user/ann", Holders(IdentityUse.OfBoundary("arn:b")));

        string Holders(IdentityUse use) => string.Join(' ', store.View.ListHolders("111122223333", use, 9).Select(holder => $"{holder.Kind}/{holder.Name}"));
    }

    [Fact]
    public async Task Migrating_again_changes_nothing()
    {
        await using (_source.Open())
        {
        }

        var before = Dump(_source.Path);
        await using (_source.Open())
        {
        }

        Assert.Equal(before, Dump(_source.Path));
    }

    [Fact]
    public void A_newer_schema_is_refused_and_left_alone()
    {
        using (var database = Database.Open(_source.Path, readOnly: false))
        {
            Schema.Migrate(database, Schema.Version);
            database.Execute($"PRAGMA user_version = {Schema.Version + 1}");
        }

        var refusal = Assert.Throws<StoreException>(() => _source.Open());
        Assert.Contains("start the newer portlight that wrote it", refusal.Message, StringComparison.Ordinal);
        using var after = Database.Open(_source.Path, readOnly: true);
        Assert.Equal((Schema.Version + 1).ToString(CultureInfo.InvariantCulture), after.Scalar("PRAGMA user_version"));
    }

    [Fact]
    public void A_database_of_another_program_is_refused_and_left_alone()
    {
        using (var database = Database.Open(_source.Path, readOnly: false))
        {
            database.Execute("CREATE TABLE song (title TEXT)");
        }

        var refusal = Assert.Throws<StoreException>(() => _source.Open());
        Assert.Contains("another program", refusal.Message, StringComparison.Ordinal);
        using var after = Database.Open(_source.Path, readOnly: true);
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

    private const string FirstVersionRows = """
        UPDATE counter SET value = 1;
        INSERT INTO instance VALUES (1, '111122223333/us-east-1', 'web-1', 1, '{"name":"web-1","id":"00000001-1234-4567-89ab-cdef01020304","index":1,"createdAt":"2026-11-22T08:30:00.0000001Z","zone":"us-east-1a","blueprint":"debian_12","bundle":"nano_3_0","state":16,"ipAddressType":"dualstack","publicIpv4":"192.0.0.1","privateIpv4":"172.26.0.1","keyPair":"LightsailDefaultKeyPair","attachment":{"kind":"lab"},"ports":[{"protocol":"tcp","from":80,"to":80,"ipv4":["0.0.0.0/0"],"ipv6":["::/0"]}]}');
        INSERT INTO log SELECT revision, 639309330000000000, scope, 0, body FROM instance;
        INSERT INTO instance_address VALUES (x'C0000001', 1), (x'AC1A0001', 1);
        INSERT INTO static_ip VALUES ('111122223333/us-east-1', 'static-1', x'0000004D1234456789ABCDEF01020304', 639309330000000000, x'CB00004D', NULL);
        INSERT INTO key_pair VALUES ('111122223333/us-east-1', 'mine', x'000000041234456789ABCDEF01020304', 639309330000000000, 'ssh-rsa AAAA', '00:11:22', NULL, '{}');
        INSERT INTO operation VALUES
            (1, x'000000011234456789ABCDEF01020304', '111122223333/us-east-1', 'web-1', 0, 'us-east-1a', 'PutInstancePublicPorts', NULL, 639309330000010000, 0, 639309330000010000, NULL, NULL, 1),
            (2, x'000000021234456789ABCDEF01020304', '111122223333/us-east-1', 'web-1', 0, 'us-east-1a', 'PutInstancePublicPorts', NULL, 639309330000020000, 1, 639309330000020000, NULL, NULL, NULL);
        INSERT INTO account VALUES ('111122223333', 1, 1, 639309330000000000);
        INSERT INTO region VALUES ('us-east-1', 1, 639309330000000000);
        INSERT INTO access_key VALUES ('AKIA1', '111122223333', NULL, x'010203', 1, 639309330000000000);
        """;

    private static string Dump(string path)
    {
        using var database = Database.Open(path, readOnly: true);
        return database.Scalar("SELECT group_concat(sql, char(10)) FROM (SELECT sql FROM sqlite_master ORDER BY type, name)")
            + database.Scalar("SELECT group_concat(name || '=' || value) FROM (SELECT name, value FROM counter ORDER BY name)")
            + database.Scalar("PRAGMA user_version") + database.Scalar("PRAGMA application_id");
    }
}
