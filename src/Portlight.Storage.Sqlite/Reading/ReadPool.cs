using System.Collections.Concurrent;

namespace Portlight.Storage.Sqlite;

/// <summary>Connections that only read, each with its statements compiled. As many as read at once; a few are kept.</summary>
internal sealed class ReadPool(string path) : IDisposable
{
    private const int Kept = 16;

    private readonly ConcurrentBag<Connection> _idle = [];
    private volatile bool _closed;

    public Connection Rent()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        return _idle.TryTake(out var connection) ? connection : Connection.OpenReader(path);
    }

    public void Return(Connection connection)
    {
        if (_closed || _idle.Count >= Kept)
        {
            connection.Dispose();
            return;
        }

        _idle.Add(connection);
        if (_closed)
        {
            Drain();
        }
    }

    public void Dispose()
    {
        _closed = true;
        Drain();
    }

    private void Drain()
    {
        while (_idle.TryTake(out var connection))
        {
            connection.Dispose();
        }
    }
}
