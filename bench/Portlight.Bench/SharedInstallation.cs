using System.Globalization;
using Portlight.TestKit.Postgres;
using Portlight.Wire.SigV4;

namespace Portlight.Bench;

/// <summary>
/// An installation on a primary and a standby that commits wait for, and servers of it. It was made in a file and moved there, as somebody would; of many instances most are then copied in the database.
/// </summary>
internal sealed class SharedInstallation : IAsyncDisposable
{
    /// <summary>So many are moved at most: a move compares both ends, which takes longer than what is measured here.</summary>
    private const int Moved = 1_000;

    // As one commit of Portlight would leave the tables, a position after the last. The numbers are those of InstanceOf: i0, i1, … at t0, t1, …, which have the indexes 1, 2, ….
    private const string CopyFirst = """
        INSERT INTO item (kind, key, place, revision, body)
        SELECT kind, left(key, -1) || n, ((position + 1) << 20) + n, head.revision + n - {0} + 1,
            replace(replace(replace(replace(body, '"name":"i0"', '"name":"i' || n || '"'), '"t0"', '"t' || n || '"'), '"index":1,', '"index":' || n + 1 || ','), body::json ->> 'id', gen_random_uuid()::text)
        FROM head, item, generate_series({0}, {1} - 1) n WHERE kind = 'instance' AND key LIKE '%/i0'
        """;

    private const string MoveEnd = "UPDATE head SET position = position + 1, batch = gen_random_uuid(), revision = revision + {1} - {0}, instance_index = instance_index + {1} - {0}";

    private const string AddEnd = """
        INSERT INTO batch (position, id, revision, instance_index, kinds, keys, revisions, bodies, removals)
        SELECT position, batch, revision, instance_index, '{{}}', '{{}}', '{{}}', '{{}}', '{{}}' FROM head
        """;

    private readonly DataDirectory _data;
    private readonly List<string> _others = [];

    private SharedInstallation(DataDirectory data, PostgresServer primary, PostgresServer standby) => (_data, Primary, Standby) = (data, primary, standby);

    public PostgresServer Primary { get; }

    public PostgresServer Standby { get; }

    public AwsCredentials Credentials => _data.Credentials;

    /// <summary>The data directory of the first server.</summary>
    public string DataPath => _data.Path;

    private string Database => $"Host={Primary.Directory},{Standby.Directory};Port=5432;Username=portlight;Database=portlight";

    public static async Task<SharedInstallation> MakeAsync(int instances)
    {
        var data = await DataDirectory.WithInstancesAsync(Math.Min(instances, Moved));
        var primary = await PostgresServer.StartAsync();
        await Subject.RunAsync(Subject.Jit, "migrate", "--data", data.Path, "--to", primary.ConnectionText());
        if (instances > Moved)
        {
            await primary.SqlAsync("portlight", ["BEGIN", .. new[] { CopyFirst, MoveEnd, AddEnd }.Select(text => string.Format(CultureInfo.InvariantCulture, text, Moved, instances)), "COMMIT", "VACUUM ANALYZE item"]);
        }

        var standby = await PostgresServer.StandbyOfAsync(primary, "b");
        await primary.WaitForAsync("b");
        return new SharedInstallation(data, primary, standby);
    }

    /// <summary>Starts a server: the first on the data directory that has moved, each other on one of its own with an empty mirror.</summary>
    /// <param name="isFirst">Whether it is the first.</param>
    /// <param name="program">The command; null for the one of this tree.</param>
    /// <param name="more">Further options.</param>
    public Task<Subject> ServeAsync(bool isFirst, string? program = null, params string[] more)
    {
        var path = _data.Path;
        if (!isFirst)
        {
            path = Directory.CreateTempSubdirectory("portlight-bench-").FullName;
            _others.Add(path);
            foreach (var file in (string[])["secret.key", "installation"])
            {
                File.Copy(Path.Combine(_data.Path, file), Path.Combine(path, file));
            }
        }

        return Subject.PortlightAsync(program ?? Subject.Jit, path, "record", ["--database", Database, .. more]);
    }

    /// <summary>What primary and standby have had of the processors, all processes together.</summary>
    public TimeSpan DatabaseTime() => Primary.ProcessorTime() + Standby.ProcessorTime();

    public async ValueTask DisposeAsync()
    {
        await Standby.DisposeAsync();
        await Primary.DisposeAsync();
        _data.Dispose();
        _others.ForEach(path => Directory.Delete(path, recursive: true));
    }
}
