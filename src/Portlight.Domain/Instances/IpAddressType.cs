namespace Portlight.Domain;

/// <summary>Which families an instance has public addresses of (Lightsail API, <c>IpAddressType</c>).</summary>
public enum IpAddressType
{
    Dualstack,
    Ipv4,
    Ipv6,
}

public static class IpAddressTypeText
{
    public const string Allowed = "dualstack, ipv4, ipv6";

    public static string ToWire(this IpAddressType type) => type switch
    {
        IpAddressType.Dualstack => "dualstack",
        IpAddressType.Ipv4 => "ipv4",
        _ => "ipv6",
    };

    public static bool TryParse(string? text, out IpAddressType type)
    {
        IpAddressType? found = text switch
        {
            "dualstack" => IpAddressType.Dualstack,
            "ipv4" => IpAddressType.Ipv4,
            "ipv6" => IpAddressType.Ipv6,
            _ => null,
        };
        type = found ?? default;
        return found is not null;
    }
}
