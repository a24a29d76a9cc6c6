namespace Portlight.Storage.Sqlite.Tests.Native;

/// <summary>Values on their way into a statement and out of a row.</summary>
public sealed class StatementTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("portlight-statement-").FullName;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4_096)]
    [InlineData(4_097)]
    [InlineData(100_000)]
    public void Text_and_bytes_of_every_length_come_back_as_they_are(int length)
    {
        using var database = Open();
        var text = new string('ä', length / 2) + new string('z', length % 2);
        var bytes = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        using (var run = database.Prepare("INSERT INTO t (number, text, utf8, bytes, none) VALUES (?, ?, ?, ?, ?)").Begin())
        {
            run.Bind(long.MinValue + length);
            run.Bind(text);
            run.BindText(System.Text.Encoding.UTF8.GetBytes(text));
            run.BindBlob(bytes);
            run.Bind((string?)null);
            Assert.False(run.Step());
        }

        using var row = database.Prepare("SELECT number, text, utf8, bytes, none, typeof(text), typeof(utf8), typeof(bytes) FROM t").Begin();
        Assert.True(row.Step());
        Assert.Equal(long.MinValue + length, row.Int64(0));
        Assert.Equal((text, text, null), (row.Text(1), row.Text(2), row.TextOrNull(4)));
        Assert.Equal(bytes, row.Bytes(3).ToArray());
        Assert.Equal(("text", "text", "blob"), (row.Text(5), row.Text(6), row.Text(7)));
    }

    [Fact]
    public void A_statement_of_a_connection_that_is_closed_begins_no_more()
    {
        var database = Open();
        var count = database.Prepare("SELECT count(*) FROM t");
        count.Begin().Dispose();
        database.Dispose();

        Assert.Throws<ObjectDisposedException>(() => count.Begin());
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Database Open()
    {
        var database = Database.Open(Path.Combine(_directory, "t.db"), readOnly: false);
        database.Execute("CREATE TABLE t (number INTEGER, text TEXT, utf8 TEXT, bytes BLOB, none TEXT)");
        return database;
    }
}
