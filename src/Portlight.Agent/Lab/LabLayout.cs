using System.Net;

namespace Portlight.Agent.Lab;

/// <summary>The addresses of the wire between host and instance, the same for every instance: each wire is a link of its own.</summary>
internal static class LabLayout
{
    internal const string InnerLink = "eth0";

    /// <summary>The host's end: link-local, so that it can be the same on every wire and is routed nowhere.</summary>
    internal static IPAddress GatewayIpv4 { get; } = new([169, 254, 1, 1]);

    internal static IPAddress GatewayIpv6 { get; } = LinkLocal(1);

    /// <summary>The instance's end. Given, not generated, so that it can be used at once (no duplicate address detection).</summary>
    internal static IPAddress InnerIpv6 { get; } = LinkLocal(2);

    private static IPAddress LinkLocal(byte last)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        (bytes[0], bytes[1], bytes[15]) = (0xfe, 0x80, last);
        return new IPAddress(bytes);
    }
}
