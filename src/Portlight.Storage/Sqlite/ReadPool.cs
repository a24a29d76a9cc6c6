using System.Collections.Concurrent;

namespace Portlight.Storage.Sqlite;

/// <summary>Connections that only read, each with its statements compiled. As many as read at once; a few are kept.</summary>
internal sealed class ReadPool(string path) : IDisposable
{
    private const int Kept = 16;

    private readonly ConcurrentBag<Connection> idle = [];
    private volatile bool closed;

    public Connection Rent()
    {
        ObjectDisposedException.ThrowIf(closed, typeof(SqliteStore));
        return idle.TryTake(out var connection) ? connection : Connection.OpenReader(path);
    }

    public void Return(Connection connection)
    {
        if (closed || idle.Count >= Kept)
        {
            connection.Dispose();
            return;
        }

        idle.Add(connection);
        if (closed)
        {
            Drain();
        }
    }

    public void Dispose()
    {
        closed = true;
        Drain();
    }

    private void Drain()
    {
        while (idle.TryTake(out var connection))
        {
            connection.Dispose();
        }
    }
}
