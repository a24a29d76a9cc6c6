using System.Security.Cryptography;
using Portlight.Domain;
using Portlight.Storage.Sqlite;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Bench;

/// <summary>A data directory that a server has made its own, with as many attached instances as a figure wants.</summary>
internal sealed class DataDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("portlight-bench-").FullName;

    public AwsCredentials Credentials { get; private set; } = null!;

    /// <summary>
    /// Instances i0, i1, … attached to interfaces t0, t1, …. Where the kernel is to hold their ports these have to exist (<see cref="Interfaces"/>). Stored directly, because making them
    /// through the API is not what is measured.
    /// </summary>
    public static async Task<DataDirectory> WithInstancesAsync(int count)
    {
        var data = new DataDirectory();
        await using (await Subject.PortlightAsync(Subject.Jit, data.Path, "record", "--account", "111122223333"))
        {
            data.Credentials = SharedCredentialsFile.TryRead(System.IO.Path.Combine(data.Path, "credentials"), "default", out var credentials, out var problem)
                ? credentials
                : throw new InvalidOperationException(problem);
        }

        await using var store = SqliteStore.Open(System.IO.Path.Combine(data.Path, "portlight.db"), TimeProvider.System);
        await FillAsync(store, count);
        return data;
    }

    /// <summary>Puts so many instances into a store.</summary>
    public static async Task FillAsync(SqliteStore store, int count)
    {
        foreach (var chunk in Enumerable.Range(0, count).Chunk(500))
        {
            await store.CommitAsync((_, changes) =>
            {
                foreach (var i in chunk)
                {
                    changes.Save(InstanceOf(i, changes.NewIndex()));
                }

                return true;
            });
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>The instance of that number, attached to the interface of that number on a host.</summary>
    public static Instance InstanceOf(int number, long index, string host = HostName.Local) => new()
    {
        Scope = new Scope("111122223333", "us-east-1"),
        Name = $"i{number}",
        Id = new Guid(RandomNumberGenerator.GetBytes(16)),
        Index = index,
        CreatedAt = TimeProvider.System.GetUtcNow(),
        AvailabilityZone = "us-east-1a",
        BlueprintId = "attached",
        BundleId = "attached",
        KeyPairName = "",
        State = InstanceState.Running,
        Attachment = new Attachment.Interface($"t{number}", [], []) { Host = host },
        Ports = PortSet.Of(new[] { 22, 80, 443 }.Select(port => new PortRule(new PortKey(NetworkProtocol.Tcp, port, port), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []))),
    };
}
