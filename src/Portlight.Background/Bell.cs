using System.Threading.Channels;

namespace Portlight.Background;

/// <summary>Wakes one that waits. Rung however often while nobody listens, it rings once. Safe from any thread; the one that rings is not held up.</summary>
public sealed class Bell
{
    private readonly Channel<bool> _rung = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Ring() => _rung.Writer.TryWrite(true);

    /// <summary>Returns when it rings, or at once when it has rung since the last call.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _rung.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
}
