using Portlight.Agent.Devices;
using Portlight.Agent.Links;
using Portlight.AgentProtocol;
using Portlight.Nftables;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Guests;

/// <summary>
/// Looks for guests, once at a time and for some seconds at most, whatever providers do. Starts no process. What a provider's file or socket says is told and never acted upon.
/// </summary>
/// <param name="root">What stands before every path; empty but for tests.</param>
/// <param name="patience">How long a provider may take.</param>
/// <param name="clock">The time.</param>
/// <param name="connections">What becomes of connections when a port closes: what can be attached depends on it.</param>
internal sealed class GuestDiscovery(string root, TimeSpan patience, TimeProvider clock, ConnectionPolicy connections = ConnectionPolicy.Cut)
{
    private const int MaxUnseen = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private int _isRunning;

    /// <summary>Files of a provider that did not come to an end when they were read last: on a file system that hangs, nothing else is begun.</summary>
    private Task<FoundGuests>? _files;

    internal GuestDiscovery(ConnectionPolicy connections)
        : this("", Patience, TimeProvider.System, connections)
    {
    }

    /// <exception cref="AgentException">They are being looked for already, or the kernel cannot be asked for its devices.</exception>
    internal async Task<Discovery> RunAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isRunning, 1) == 1)
        {
            throw new AgentException("guests are being looked for already; ask again");
        }

        try
        {
            using var late = new CancellationTokenSource(patience, clock);
            using var given = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
            var services = IncusGuests.Services.Select(service => AskAsync(service.Provider, service.Socket, IncusGuests.ReadAsync, given.Token))
                .Append(AskAsync(DockerGuests.Provider, DockerGuests.Socket, (_, socket, token) => DockerGuests.ReadAsync(socket, token), given.Token));
            var found = await Task.WhenAll(services.Prepend(ReadFilesAsync(given.Token)));
            cancellationToken.ThrowIfCancellationRequested();
            var devices = Devices();
            return new Discovery([.. devices.Complete(found.SelectMany(one => one.Guests))], [.. found.SelectMany(one => one.Unseen).Take(MaxUnseen)]);
        }
        finally
        {
            Volatile.Write(ref _isRunning, 0);
        }
    }

    private GuestDevices Devices()
    {
        try
        {
            using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
            return new GuestDevices(DeviceSurvey.Take(socket, connections), Neighbours.Read(socket));
        }
        catch (Exception exception) when (exception is NetlinkException or LabException)
        {
            throw new AgentException(exception.Message, exception);
        }
    }

    private async Task<FoundGuests> ReadFilesAsync(CancellationToken cancellationToken)
    {
        var files = _files ??= Task.Run(
            () =>
            {
                FoundGuests[] all = [LibvirtGuests.Read(root), ProxmoxGuests.Read(root)];
                return new FoundGuests([.. all.SelectMany(one => one.Guests)], [.. all.SelectMany(one => one.Unseen)]);
            },
            CancellationToken.None);
        try
        {
            var found = await files.WaitAsync(cancellationToken);
            _files = null;
            return found;
        }
        catch (OperationCanceledException)
        {
            return FoundGuests.NotRead($"the files of libvirt and Proxmox were not read within {patience.TotalSeconds:0.#} s");
        }
    }

    private async Task<FoundGuests> AskAsync(string provider, string path, Func<string, string, CancellationToken, Task<FoundGuests>> read, CancellationToken cancellationToken)
    {
        var socket = root + path;
        if (!File.Exists(socket))
        {
            return FoundGuests.None;
        }

        try
        {
            return await read(provider, socket, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return FoundGuests.NotRead($"{provider} has not answered on `{path}` within {patience.TotalSeconds:0.#} s");
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or InvalidOperationException)
        {
            return FoundGuests.NotRead($"{provider} cannot be asked on `{path}`: {exception.Message}");
        }
    }
}
