using Portlight.Console.Api;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Networking;

/// <summary>What it takes to change the ports of an instance, asked for all at once.</summary>
internal sealed class OpeningReads
{
    /// <param name="caller">Calls as the person.</param>
    /// <param name="instance">Its name.</param>
    /// <param name="listed">The revision that the live list had of it then; null where it had none.</param>
    /// <param name="cancellation">Ends the asking.</param>
    public OpeningReads(ApiCaller caller, string instance, long? listed, CancellationToken cancellation)
    {
        (Instance, Listed) = (instance, listed);
        Ports = PortReads.PreviewAsync(caller, instance, [], cancellation);
        Access = Rights.AskAsync(caller, instance, PortActions.All, cancellation);
        Book = PortReads.AddressBookAsync(caller, cancellation);
    }

    public string Instance { get; }

    public long? Listed { get; }

    /// <summary>What stands, and what it is known by: a preview of closing everything is asked for its "before" alone.</summary>
    public Task<PreviewPortsResponse> Ports { get; }

    /// <summary>Which of <see cref="PortActions"/> the person may.</summary>
    public Task<Rights> Access { get; }

    public Task<GetAddressBookResponse> Book { get; }
}
