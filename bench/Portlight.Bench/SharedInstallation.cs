using Portlight.TestKit.Postgres;
using Portlight.Wire.SigV4;

namespace Portlight.Bench;

/// <summary>An installation on a primary and a standby that commits wait for, and servers of it. It was made in a file and moved there, as somebody would.</summary>
internal sealed class SharedInstallation : IAsyncDisposable
{
    private readonly DataDirectory _data;
    private readonly List<string> _others = [];

    private SharedInstallation(DataDirectory data, PostgresServer primary, PostgresServer standby) => (_data, Primary, Standby) = (data, primary, standby);

    public PostgresServer Primary { get; }

    public PostgresServer Standby { get; }

    public AwsCredentials Credentials => _data.Credentials;

    private string Database => $"Host={Primary.Directory},{Standby.Directory};Port=5432;Username=portlight;Database=portlight";

    public static async Task<SharedInstallation> MakeAsync(int instances)
    {
        var data = await DataDirectory.WithInstancesAsync(instances);
        var primary = await PostgresServer.StartAsync();
        var standby = await PostgresServer.StandbyOfAsync(primary, "b");
        await primary.WaitForAsync("b");
        var made = new SharedInstallation(data, primary, standby);
        await Subject.RunAsync(Subject.Jit, "migrate", "--data", data.Path, "--to", made.Database);
        return made;
    }

    /// <summary>Starts a server: the first on the data directory that has moved, each other on one of its own with an empty mirror.</summary>
    public Task<Subject> ServeAsync(bool isFirst)
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

        return Subject.PortlightAsync(Subject.Jit, path, "record", "--database", Database);
    }

    public async ValueTask DisposeAsync()
    {
        await Standby.DisposeAsync();
        await Primary.DisposeAsync();
        _data.Dispose();
        _others.ForEach(path => Directory.Delete(path, recursive: true));
    }
}
