using System.Diagnostics.CodeAnalysis;

namespace Portlight.AgentStream;

/// <summary>Writes messages to a stream one after the other. A write that has begun is given up only when the stream ends: half a message would be its end anyway.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore has no wait handle, so there is nothing to let go of.")]
internal sealed class MessageWriter<T>(Func<T, CancellationToken, Task> write, CancellationToken ending)
{
    private readonly SemaphoreSlim _one = new(1);

    internal async Task SendAsync(T message, CancellationToken cancellationToken)
    {
        ending.ThrowIfCancellationRequested();
        if (!_one.Wait(TimeSpan.Zero, cancellationToken))
        {
            await WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await write(message, ending).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Another message is being written, which is seldom.</summary>
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(ending, cancellationToken);
        await _one.WaitAsync(given.Token).ConfigureAwait(false);
    }
}
