using System.Globalization;
using CsCheck;

namespace Portlight.Domain.Tests.Ports;

/// <summary>
/// The reference model: one packet, and whether a request lets it in, worked out from the text of the request alone with none of the product's types.
/// </summary>
/// <param name="Protocol">tcp, udp, icmp, icmpv6 or gre (which only <c>all</c> lets in).</param>
/// <param name="First">Destination port or ICMP type.</param>
/// <param name="Second">ICMP code.</param>
/// <param name="IsIpv6">The family it comes by.</param>
/// <param name="Low">The last bits of its source: 10.0.0.Low or 2001:db8::Low.</param>
internal sealed record Packet(string Protocol, int First, int Second, bool IsIpv6, int Low)
{
    public static Gen<Packet> Any { get; } =
        Gen.Select(Gen.OneOf("tcp", "udp", "icmp", "icmpv6", "gre"), Gen.Int[0, 30], Gen.Int[0, 3], Gen.Bool, Gen.Int[0, 3]).Select((protocol, first, second, ipv6, low) =>
            new Packet(protocol, protocol.StartsWith('i') ? first % 4 : first, second, protocol switch { "icmp" => false, "icmpv6" => true, _ => ipv6 }, low));

    public bool IsLetInBy(IEnumerable<PortRuleInput> request) => request.Any(rule => Matches(rule) && ComesFrom(rule));

    private bool Matches(PortRuleInput rule) => rule.Protocol switch
    {
        "all" => true,
        "tcp" or "udp" => rule.Protocol == Protocol && First >= rule.FromPort && First <= rule.ToPort,
        _ => rule.Protocol == Protocol && (rule.FromPort == -1 || (First == rule.FromPort && (rule.ToPort == -1 || Second == rule.ToPort))),
    };

    private bool ComesFrom(PortRuleInput rule)
    {
        if (rule.Cidrs is null && rule.Ipv6Cidrs is null)
        {
            return true;
        }

        // The generator's blocks are 10.0.0.n and 2001:db8::n, so only a prefix that reaches into the last two bits can exclude.
        return (IsIpv6 ? rule.Ipv6Cidrs : rule.Cidrs)?.Any(text =>
        {
            var parts = text!.Split('.', ':', '/');
            var prefix = int.Parse(parts[^1], CultureInfo.InvariantCulture);
            var block = parts[^2].Length == 0 ? 0 : int.Parse(parts[^2], CultureInfo.InvariantCulture);
            var free = Math.Min(8, (IsIpv6 ? 128 : 32) - prefix);
            return block >> free == Low >> free;
        }) ?? false;
    }
}
