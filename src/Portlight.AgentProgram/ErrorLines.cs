using Microsoft.Extensions.Logging;

namespace Portlight.AgentProgram;

/// <summary>The log as lines on stderr: the level as sd-daemon(3) writes it, so that the journal knows it, the number of the event and what it says.</summary>
internal sealed class ErrorLines : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Lines();

    public void Dispose()
    {
    }

    private sealed class Lines : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var priority = logLevel switch { LogLevel.Critical => 2, LogLevel.Error => 3, LogLevel.Warning => 4, _ => 6 };
                Console.Error.WriteLine($"<{priority}>{eventId.Id} {formatter(state, exception)}{(exception is null ? "" : $": {exception}")}".ReplaceLineEndings(" "));
            }
        }
    }
}
