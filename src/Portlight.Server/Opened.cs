namespace Portlight.Server;

/// <summary>What a start has opened so far. Closed in reverse order, at the end of the server or when the start fails half-way.</summary>
internal sealed class Opened : IAsyncDisposable
{
    private readonly Stack<Func<ValueTask>> _closings = new();

    public T Add<T>(T opened)
        where T : notnull
    {
        Add(async () =>
        {
            if (opened is IAsyncDisposable slow)
            {
                await slow.DisposeAsync();
            }
            else
            {
                (opened as IDisposable)?.Dispose();
            }
        });
        return opened;
    }

    public void Add(Func<ValueTask> close) => _closings.Push(close);

    public async ValueTask DisposeAsync()
    {
        while (_closings.TryPop(out var close))
        {
            await close();
        }
    }
}
