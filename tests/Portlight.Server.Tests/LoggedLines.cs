using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Portlight.Server.Tests;

/// <summary>Keeps the last lines that a server logs: all of them would look like a server that forgets nothing.</summary>
internal sealed class LoggedLines : ILoggerProvider, ILogger
{
    private const int Kept = 4096;

    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> All => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _lines.Enqueue(formatter(state, exception));
        if (_lines.Count > Kept)
        {
            _lines.TryDequeue(out _);
        }
    }

    public void Dispose()
    {
    }
}
