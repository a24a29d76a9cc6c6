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
    private const int BatchLength = 64 * 1024;

    private readonly Channel<byte[]> _lines;
    private readonly Stream _output;
    private readonly Task _writing;
    private readonly TimeProvider _clock;
    private readonly LogFormat _format;
    private long _dropped;

    public LogLines(Stream output, bool isJson, TimeProvider clock)
    {
        _output = output;
        _format = new LogFormat(isJson);
        _clock = clock;
        _lines = Channel.CreateBounded<byte[]>(
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
        using var batch = new MemoryStream(BatchLength);
        while (await _lines.Reader.WaitToReadAsync())
        {
            while (batch.Length < BatchLength && _lines.Reader.TryRead(out var line))
            {
                batch.Write(line);
            }

            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
            {
                batch.Write(_format.Line(_clock.GetUtcNow(), LogLevel.Warning, nameof(LogLines), default, dropped, null, static (count, _) => $"{count} log lines were dropped"));
            }

            await _output.WriteAsync(batch.GetBuffer().AsMemory(0, (int)batch.Length));
            await _output.FlushAsync();
            batch.SetLength(0);
        }
    }

    private sealed class Logger(LogLines lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines._lines.Writer.TryWrite(lines._format.Line(lines._clock.GetUtcNow(), logLevel, category, eventId, state, exception, formatter));
    }
}
