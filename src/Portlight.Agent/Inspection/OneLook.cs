using Portlight.AgentProtocol;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Inspection;

/// <summary>Takes looks into the kernel that list much, one after the other: each holds a thread and the kernel for as long as the list is. Those that come meanwhile wait for their turn.</summary>
/// <param name="tooMany">What is told when the turn does not come in time.</param>
#pragma warning disable CA1001 // A semaphore without a wait handle holds nothing to dispose of.
internal sealed class OneLook(string tooMany)
#pragma warning restore CA1001
{
    /// <summary>Several times what the longest look takes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1);

    /// <param name="look">Takes the look, on a thread of the pool.</param>
    /// <param name="cancellationToken">Gives up before it begins.</param>
    /// <exception cref="AgentException">The turn did not come in time, or the kernel cannot be asked.</exception>
    internal async Task<T> TakeAsync<T>(Func<T> look, CancellationToken cancellationToken)
    {
        if (!await _turn.WaitAsync(Patience, cancellationToken))
        {
            throw new AgentException(tooMany);
        }

        try
        {
            return await Task.Run(look, cancellationToken);
        }
        catch (NetlinkException exception)
        {
            throw new AgentException(exception.Message, exception);
        }
        finally
        {
            _turn.Release();
        }
    }
}
