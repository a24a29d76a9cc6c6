using Portlight.Console.Api;
using Portlight.Console.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Networking;

/// <summary>What the page of one instance asks the server, in the shapes in which it shows it.</summary>
internal static class PortReads
{
    /// <summary>What a whole port set would do, beside what stands and what that is known by.</summary>
    public static Task<PreviewPortsResponse> PreviewAsync(ApiCaller caller, string instance, IReadOnlyList<PortRule> rules, CancellationToken cancellation, bool withConnections = false) => caller.CallAsync(
        "PreviewPorts",
        new PreviewPortsRequest { InstanceName = instance, PortInfos = [.. rules.Select(rule => rule.ToPortInfo())], IncludeConnections = withConnections ? true : null },
        PortlightJson.Default.PreviewPortsRequest, PortlightJson.Default.PreviewPortsResponse, cancellation);

    public static Task<GetAddressBookResponse> AddressBookAsync(ApiCaller caller, CancellationToken cancellation) => caller.CallAsync(
        "GetAddressBook", new GetAddressBookRequest(), PortlightJson.Default.GetAddressBookRequest, PortlightJson.Default.GetAddressBookResponse, cancellation);
}
