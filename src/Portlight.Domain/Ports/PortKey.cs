using System.Globalization;

namespace Portlight.Domain;

/// <summary>
/// What makes two rules the same rule: protocol and ports. For TCP and UDP a range of ports, for ICMP type and code (−1 means every one),
/// for <see cref="NetworkProtocol.All"/> ports that are kept as given and narrow nothing.
/// </summary>
public readonly record struct PortKey(NetworkProtocol Protocol, int FromPort, int ToPort)
{
    /// <summary>True when some packet of one family can match both.</summary>
    public bool Overlaps(PortKey other)
    {
        if (Protocol == NetworkProtocol.All || other.Protocol == NetworkProtocol.All)
        {
            return true;
        }

        if (Protocol != other.Protocol)
        {
            return false;
        }

        return Protocol is NetworkProtocol.Tcp or NetworkProtocol.Udp
            ? FromPort <= other.ToPort && other.FromPort <= ToPort
            : Meets(FromPort, other.FromPort) && Meets(ToPort, other.ToPort);
    }

    /// <summary><c>22/tcp</c>, <c>7000-8000/udp</c>, <c>icmp:8</c> (every code; <c>icmp:8:0</c> one, <c>icmp</c> every type), <c>all</c> (<c>100-200/all</c> where ports were given): how messages, operation details and the command name a rule.</summary>
    public override string ToString()
    {
        if (Protocol is NetworkProtocol.Tcp or NetworkProtocol.Udp)
        {
            return FromPort == ToPort
                ? string.Create(CultureInfo.InvariantCulture, $"{FromPort}/{Protocol.ToWire()}")
                : string.Create(CultureInfo.InvariantCulture, $"{FromPort}-{ToPort}/{Protocol.ToWire()}");
        }

        var from = FromPort.ToString(CultureInfo.InvariantCulture);
        var to = ToPort.ToString(CultureInfo.InvariantCulture);
        return Protocol switch
        {
            NetworkProtocol.All => this is { FromPort: 0, ToPort: 65535 } or { FromPort: -1, ToPort: -1 } ? "all" : $"{from}-{to}/all",
            _ => Protocol.ToWire() + (FromPort == -1 ? "" : $":{from}") + (ToPort == -1 ? "" : $":{to}"),
        };
    }

    private static bool Meets(int left, int right) => left == -1 || right == -1 || left == right;
}
