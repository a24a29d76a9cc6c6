using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Portlight.Cli.Logs;

/// <summary>
/// Writes the server's log to stderr, one line for each entry, in text or JSON. Of our own because a request line is written for every request: formatted by the
/// caller, handed over without waiting, written by one task in as few calls as there are lulls. When stderr cannot keep up, lines are dropped and counted: a full
/// pipe must not stop a firewall.
/// </summary>
internal sealed class LogLines : ILoggerProvider, IAsyncDisposable
{
    private const int Waiting = 16_384;

    private readonly Channel<string> _lines;
    private readonly TextWriter _output;
    private readonly Task _writing;
    private readonly TimeProvider _clock;
    private readonly bool _isJson;
    private long _dropped;

    public LogLines(TextWriter output, bool isJson, TimeProvider clock)
    {
        _output = output;
        _isJson = isJson;
        _clock = clock;
        _lines = Channel.CreateBounded<string>(
            new BoundedChannelOptions(Waiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite },
            _ => Interlocked.Increment(ref _dropped));
        _writing = WriteAsync();
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    /// <summary>Writes what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing;
    }

    public void Dispose() => _lines.Writer.TryComplete();

    private async Task WriteAsync()
    {
        var batch = new StringBuilder();
        while (await _lines.Reader.WaitToReadAsync())
        {
            while (batch.Length < 64 * 1024 && _lines.Reader.TryRead(out var line))
            {
                batch.Append(line).Append('\n');
            }

            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
            {
                batch.Append(_isJson
                    ? LogFormat.Json(_clock.GetUtcNow(), LogLevel.Warning, "LogLines", default, $"{dropped} log lines were dropped", [new("Dropped", dropped)], null)
                    : LogFormat.Text(_clock.GetUtcNow(), LogLevel.Warning, $"{dropped} log lines were dropped", null)).Append('\n');
            }

            await _output.WriteAsync(batch);
            await _output.FlushAsync();
            batch.Clear();
        }
    }

    private sealed class Logger(LogLines lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var now = lines._clock.GetUtcNow();
            var message = formatter(state, exception);
            lines._lines.Writer.TryWrite(lines._isJson
                ? LogFormat.Json(now, logLevel, category, eventId, message, state as IEnumerable<KeyValuePair<string, object?>> ?? [], exception)
                : LogFormat.Text(now, logLevel, message, exception));
        }
    }
}
