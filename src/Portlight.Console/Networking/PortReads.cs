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
        var refusals = await RefusalsAsync(caller, instance, ["lightsail:PutInstancePublicPorts", "portlight:ApplyPorts"], cancellation);
        return (refusals[0], refusals[1]);
    }

    /// <summary>Why each of these actions may not be done to an instance, in their order; null for what may be.</summary>
    public static async Task<IReadOnlyList<string?>> RefusalsAsync(ApiCaller caller, string instance, IEnumerable<string> actions, CancellationToken cancellation)
    {
        var answer = await caller.CallAsync(
            "CheckAccess", new CheckAccessRequest { Questions = [.. actions.Select(action => new AccessCheck { Action = action, InstanceName = instance })] },
            PortlightJson.Default.CheckAccessRequest, PortlightJson.Default.CheckAccessResponse, cancellation);
        return [.. answer.Answers.Select(Refusal)];
    }

    private static string? Refusal(AccessAnswer answer) => answer.IsAllowed ? null : answer.Message ?? "your policies do not allow it";
}
