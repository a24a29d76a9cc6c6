using System.Collections.Frozen;
using Portlight.Domain;

namespace Portlight.Cli.Ports;

/// <summary>
/// Services by name: the ones that Lightsail's console offers, and a few that machines commonly have. Ports and protocols: IANA's registry
/// (https://www.iana.org/assignments/service-names-port-numbers). A table of our own, so that a name means the same on every machine.
/// </summary>
internal static class ServiceNames
{
    /// <summary>Sorted by name, each with what it opens.</summary>
    public static FrozenDictionary<string, PortKey[]> All { get; } = new Dictionary<string, PortKey[]>
    {
        ["dns"] = [Udp(53), Tcp(53)],
        ["ftp"] = [Tcp(21)],
        ["http"] = [Tcp(80)],
        ["https"] = [Tcp(443)],
        ["imaps"] = [Tcp(993)],
        ["mysql"] = [Tcp(3306)],
        ["ntp"] = [Udp(123)],
        ["ping"] = [new(NetworkProtocol.Icmp, 8, -1)],
        ["postgresql"] = [Tcp(5432)],
        ["rdp"] = [Tcp(3389)],
        ["smtp"] = [Tcp(25)],
        ["ssh"] = [Tcp(22)],
        ["submission"] = [Tcp(587)],
        ["wireguard"] = [Udp(51820)],
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static PortKey Tcp(int port) => new(NetworkProtocol.Tcp, port, port);

    private static PortKey Udp(int port) => new(NetworkProtocol.Udp, port, port);
}
