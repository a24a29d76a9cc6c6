using System.Collections.Frozen;

namespace Portlight.Wire.PortlightApi;

/// <summary>
/// The operations Lightsail has no word for, on the same endpoint, signed the same way and authorised as
/// <c>portlight:&lt;Operation&gt;</c>. The <c>portlight</c> command is their client.
/// </summary>
public static class PortlightOperations
{
    /// <summary>What stands before the dot in <c>X-Amz-Target</c>.</summary>
    public const string TargetPrefix = "Portlight_20261122";

    public static FrozenSet<string> All { get; } = FrozenSet.Create(
        StringComparer.Ordinal,
        "AttachInstance",
        "DetachInstance",
        "ConfirmPorts",
        "ApplyPorts",
        "GetStatus",
        "PreviewPorts",
        "ExplainPacket",
        "CheckAccess",
        "CheckPolicy",
        "SignIn",
        "GetExposure",
        "ListFleet",
        "WatchChanges",
        "ListConnections",
        "ListRefusals",
        "ListFleetRefusals",
        "GetPortCounters",
        "GetPortTraffic",
        "ListUnusedPorts",
        "ListPortRevisions",
        "LookupActivity",
        "CountActivity",
        "GetAddressBook",
        "PutNamedNetwork",
        "DeleteNamedNetwork",
        "PutPortTemplate",
        "DeletePortTemplate",
        "CreateAccount",
        "CloseAccount",
        "ListAccounts",
        "OpenRegion",
        "ListRegions",
        "CreateHostToken",
        "ListHosts",
        "GetHost",
        "DrainHost",
        "RevokeHost",
        "RemoveHost",
        "RotateHostAuthority",
        "DiscoverGuests");
}
