using Portlight.TestKit;
using Portlight.TestKit.Postgres;

namespace Portlight.Server.Tests.Sharing;

/// <summary>A PostgreSQL for all tests of a class, each of which has tables of its own in it.</summary>
public sealed class SharedDatabase : IAsyncLifetime
{
    public PostgresServer Postgres { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(!UserNamespace.IsEntered, "PostgreSQL refuses root, and these tests have no other user here");
        Postgres = await PostgresServer.StartAsync("fsync = off");
    }

    public async ValueTask DisposeAsync()
    {
        if (Postgres is not null)
        {
            await Postgres.DisposeAsync();
        }
    }

    internal async Task<SharedServers> StartAsync() => await SharedServers.StartAsync($"{Postgres.ConnectionText()};Search Path={await Postgres.CreateSchemaAsync()}");
}
