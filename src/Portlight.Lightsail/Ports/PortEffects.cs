using Portlight.Domain;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>Differences of port sets on the wire.</summary>
internal static class PortEffects
{
    public static PortChangeEffect ToWire(this PortDifference difference) => new()
    {
        Kind = difference.Kind.ToString().ToLowerInvariant(),
        Protocol = difference.Protocol,
        FromPort = difference.FromPort,
        ToPort = difference.ToPort,
        Before = ToWire(difference.Before),
        After = ToWire(difference.After),
    };

    private static PacketSources ToWire(LetInSources sources) => new()
    {
        Cidrs = [.. sources.Ipv4.Select(block => block.ToString())],
        Ipv6Cidrs = [.. sources.Ipv6.Select(block => block.ToString())],
        CidrListAliases = sources.Aliases,
    };
}
