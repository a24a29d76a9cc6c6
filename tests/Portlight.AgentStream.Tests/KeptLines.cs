using Microsoft.Extensions.Logging;

namespace Portlight.AgentStream.Tests;

/// <summary>A log that keeps its lines.</summary>
internal sealed class KeptLines : ILogger
{
    internal List<string> All { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => All.Add(formatter(state, exception));
}
