using Portlight.Storage.Postgres.Tests;
using Portlight.TestKit.Postgres;

[assembly: AssemblyFixture(typeof(SharedPostgres))]

namespace Portlight.Storage.Postgres.Tests;

/// <summary>The PostgreSQL that all tests share which do nothing to it. What it loses in a power cut nobody asks for.</summary>
public sealed class SharedPostgres : IAsyncLifetime
{
    private static PostgresServer? _server;

    public static PostgresServer Server => _server ?? throw new InvalidOperationException("PostgreSQL has not been started");

    public async ValueTask InitializeAsync() => _server = await PostgresServer.StartAsync("fsync = off");

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
