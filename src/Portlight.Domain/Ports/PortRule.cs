using System.Collections.Immutable;
using System.Net;

namespace Portlight.Domain;

/// <summary>
/// One checked rule: what may come in (<see cref="Key"/>) and from where. A family with no source and no alias is not let in at all.
/// Equality is by value, the order of sources included.
/// </summary>
public sealed class PortRule : IEquatable<PortRule>
{
    private static readonly ImmutableArray<Cidr> EveryIpv4 = [Cidr.AnyIpv4];
    private static readonly ImmutableArray<Cidr> EveryIpv6 = [Cidr.AnyIpv6];

    public PortRule(PortKey key, ImmutableArray<Cidr> ipv4Sources, ImmutableArray<Cidr> ipv6Sources, ImmutableArray<string> aliases)
    {
        Key = key;
        Ipv4Sources = ipv4Sources;
        Ipv6Sources = ipv6Sources;
        Aliases = aliases;
    }

    public PortKey Key { get; }

    public NetworkProtocol Protocol => Key.Protocol;

    public int FromPort => Key.FromPort;

    public int ToPort => Key.ToPort;

    public ImmutableArray<Cidr> Ipv4Sources { get; }

    public ImmutableArray<Cidr> Ipv6Sources { get; }

    /// <summary>Names of source lists that somebody else keeps; <c>PortSet.Resolve</c> puts their blocks in their place.</summary>
    public ImmutableArray<string> Aliases { get; }

    /// <summary>Whether it has the sources of a rule that names none: every address, of ICMP those of its own family.</summary>
    public bool IsFromEverywhere =>
        Aliases.IsEmpty
        && (Protocol == NetworkProtocol.Icmpv6 ? Ipv4Sources.IsEmpty : Ipv4Sources is [{ IsAny: true }])
        && (Protocol == NetworkProtocol.Icmp ? Ipv6Sources.IsEmpty : Ipv6Sources is [{ IsAny: true }]);

    /// <summary>The rule of a key that names no sources.</summary>
    public static PortRule FromEverywhere(PortKey key) => new(
        key, key.Protocol == NetworkProtocol.Icmpv6 ? [] : EveryIpv4, key.Protocol == NetworkProtocol.Icmp ? [] : EveryIpv6, []);

    /// <summary>The rule as everything shows it, without its sources where they are everywhere: <c>22/tcp</c>, <c>8000-8100/udp from 192.0.2.0/24, 2001:db8::/32</c>.</summary>
    public string ToShortText() => IsFromEverywhere ? Key.ToString() : ToString();

    /// <summary>Whether one packet is let in: aliases count for nothing here, their blocks come in their place first.</summary>
    /// <param name="packet">A protocol and one port; of ICMP one type and code, −1 for whichever.</param>
    /// <param name="source">Where it comes from.</param>
    public bool LetsIn(PortKey packet, IPAddress source) => Carries(packet) && Ipv4Sources.Concat(Ipv6Sources).Any(block => block.Contains(source));

    public bool HasSources => !Ipv4Sources.IsEmpty || !Ipv6Sources.IsEmpty || !Aliases.IsEmpty;

    /// <summary>This rule with the other's sources added after its own, each once.</summary>
    public PortRule With(PortRule other) => new(
        Key,
        [.. Ipv4Sources.Union(other.Ipv4Sources)],
        [.. Ipv6Sources.Union(other.Ipv6Sources)],
        [.. Aliases.Union(other.Aliases)]);

    /// <summary>This rule without the other's sources; it may be left with none.</summary>
    public PortRule Without(PortRule other) => new(
        Key,
        [.. Ipv4Sources.Except(other.Ipv4Sources)],
        [.. Ipv6Sources.Except(other.Ipv6Sources)],
        [.. Aliases.Except(other.Aliases)]);

    /// <summary>This rule with the sources that the other has, too; it may be left with none.</summary>
    public PortRule Common(PortRule other) => new(
        Key,
        [.. Ipv4Sources.Intersect(other.Ipv4Sources)],
        [.. Ipv6Sources.Intersect(other.Ipv6Sources)],
        [.. Aliases.Intersect(other.Aliases)]);

    public bool Equals(PortRule? other) =>
        other is not null
        && Key == other.Key
        && Ipv4Sources.AsSpan().SequenceEqual(other.Ipv4Sources.AsSpan())
        && Ipv6Sources.AsSpan().SequenceEqual(other.Ipv6Sources.AsSpan())
        && Aliases.AsSpan().SequenceEqual(other.Aliases.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as PortRule);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Key);
        foreach (var source in Ipv4Sources)
        {
            hash.Add(source);
        }

        foreach (var source in Ipv6Sources)
        {
            hash.Add(source);
        }

        return hash.ToHashCode();
    }

    public override string ToString() => $"{Key} from {string.Join(", ", [.. Ipv4Sources.Select(s => s.ToString()), .. Ipv6Sources.Select(s => s.ToString()), .. Aliases])}";

    /// <summary>Whether the packet is of the rule's protocol and ports, wherever it comes from.</summary>
    public bool Carries(PortKey packet) => Protocol == NetworkProtocol.All || (Protocol == packet.Protocol && (Protocol is NetworkProtocol.Tcp or NetworkProtocol.Udp
        ? FromPort <= packet.FromPort && packet.ToPort <= ToPort
        : (FromPort == -1 || FromPort == packet.FromPort) && (ToPort == -1 || ToPort == packet.ToPort)));
}
