namespace Portlight.Storage.Sqlite;

/// <summary>Connections that only read, each with its statements compiled. As many as read at once; a few are kept.</summary>
internal sealed class ReadPool(string path) : IDisposable
{
    private const int Kept = 16;

    private readonly Lock _gate = new();
    private readonly Stack<Connection> _idle = new(Kept);
    private bool _closed;

    public Connection Rent()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_idle.TryPop(out var connection))
            {
                return connection;
            }
        }

        return Connection.OpenReader(path);
    }

    public void Return(Connection connection)
    {
        lock (_gate)
        {
            if (!_closed && _idle.Count < Kept)
            {
                _idle.Push(connection);
                return;
            }
        }

        connection.Dispose();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
        }

        // Nobody takes one any more, or gives one back.
        foreach (var connection in _idle)
        {
            connection.Dispose();
        }
    }
}
