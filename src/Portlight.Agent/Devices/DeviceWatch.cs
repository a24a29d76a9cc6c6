using Portlight.Agent.Links;

namespace Portlight.Agent.Devices;

/// <summary>Tells when an attached interface was renamed, deleted, replaced, moved, put into a bridge, or given what makes it unfit to be filtered.</summary>
internal sealed class DeviceWatch(AttachedDevices devices, LinkWatcher links) : IDisposable
{
    /// <summary>Completes when everything has to be compared again.</summary>
    internal async Task ChangedAsync(CancellationToken cancellationToken)
    {
        while (await links.WaitAsync(cancellationToken))
        {
            if (devices.HasChanged(links.Take()))
            {
                return;
            }
        }

        // Disposed: nothing will be reported any more.
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    public void Dispose() => links.Dispose();
}
