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

    /// <summary>Why the ports may not be changed, and why no reason can be given with a change; null for what may be.</summary>
    public static async Task<(string? Change, string? Reason)> ForbiddenAsync(ApiCaller caller, string instance, CancellationToken cancellation)
    {
        var answer = await caller.CallAsync(
            "CheckAccess",
            new CheckAccessRequest { Questions = [new AccessCheck { Action = "lightsail:PutInstancePublicPorts", InstanceName = instance }, new AccessCheck { Action = "portlight:ApplyPorts", InstanceName = instance }] },
            PortlightJson.Default.CheckAccessRequest, PortlightJson.Default.CheckAccessResponse, cancellation);
        return (Refusal(answer.Answers[0]), Refusal(answer.Answers[1]));
    }

    private static string? Refusal(AccessAnswer answer) => answer.IsAllowed ? null : answer.Message ?? "your policies do not allow it";
}
