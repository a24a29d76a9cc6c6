using System.Collections;
using System.Net.Sockets;
using System.Reflection;
using Portlight.Agent.Applied;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Agent.Tests;

/// <summary>Rulesets to write down, and their text to compare them by: equality of records stops at lists.</summary>
internal static class Sample
{
    private static readonly Cidr Office = Cidr.Create(AddressFamily.InterNetwork, 0xC633_6400, 24);
    private static readonly Cidr Campus = Cidr.Create(AddressFamily.InterNetworkV6, new UInt128(0x2001_0DB8_0000_0000, 0), 32);

    internal static InstallationId Installation { get; } = new(0x1a57);

    internal static RulesetOptions FullOptions { get; } = new() { Connections = ConnectionPolicy.Drain, CountsPackets = true, ClosedNames = ["tap*", "vnet*"], ListenAddresses = [new(Office, 8580), new(Cidr.AnyIpv6, 443)] };

    internal static FilteredAttachment FullAttachment(string key) => Closed(key) with
    {
        Ports = PortSet.Of(
            new PortRule(new PortKey(NetworkProtocol.Tcp, 22, 22), [Office], [Campus], []),
            new PortRule(new PortKey(NetworkProtocol.Udp, 7000, 8000), [Cidr.AnyIpv4], [], []),
            new PortRule(new PortKey(NetworkProtocol.Icmp, 8, -1), [Cidr.AnyIpv4], [], []),
            new PortRule(new PortKey(NetworkProtocol.Icmpv6, -1, -1), [], [Cidr.AnyIpv6], []),
            new PortRule(new PortKey(NetworkProtocol.All, 0, 65535), [Office], [], [])),
        PrivateSources = [Office, Campus],
        PrivateAddresses = [Cidr.Create(AddressFamily.InterNetwork, 0xAC1A_0009, 32)],
        PeerGroup = 7,
        Owner = new ConnectionOwner(Installation, 9),
        HardwareAddress = "fe:54:00:aa:bb:01",
    };

    internal static AppliedRules Read(ReadOnlySpan<byte> file) => AppliedRules.Read(file, Installation);

    internal static FilteredAttachment Closed(string key) => key.Length == 0 ? FilteredAttachment.Host(PortSet.Empty)
        : InterfaceSelector.TryParse(key, out _) ? FilteredAttachment.Selected(key, PortSet.Empty) : FilteredAttachment.Interface(key, device: null, PortSet.Empty);

    internal static FilteredAttachment Open(string key, int port) =>
        Closed(key) with { Ports = PortSet.Of(new PortRule(new PortKey(NetworkProtocol.Tcp, port, port), [Cidr.AnyIpv4], [Cidr.AnyIpv6], [])) };

    internal static RulesetChange Whole(RulesetOptions options, params IEnumerable<FilteredAttachment> attachments) =>
        new(new Ruleset(options, attachments), new Dictionary<string, FilteredAttachment?>());

    internal static RulesetChange Change(string key, FilteredAttachment? attachment) => new(null, new Dictionary<string, FilteredAttachment?> { [key] = attachment });

    /// <summary>The names of properties that are the same in both.</summary>
    internal static IEnumerable<string> AtDefault<T>(T value, T plain) =>
        Properties<T>().Where(property => property.SetMethod is not null && Text(property.GetValue(value)) == Text(property.GetValue(plain))).Select(property => property.Name);

    internal static string Text(AppliedRules rules) =>
        $"{Text(rules.Ruleset.Options)}: {string.Join("; ", rules.Ruleset.Attachments.Values.OrderBy(attachment => attachment.Key, StringComparer.Ordinal).Select(Text))}";

    internal static string Text<T>(T value)
        where T : class => string.Join(", ", Properties<T>().Select(property => $"{property.Name} = {Text(property.GetValue(value))}"));

    private static string Text(object? value) => value is IEnumerable list and not string ? $"[{string.Join(" ", list.Cast<object>())}]" : value?.ToString() ?? "null";

    private static PropertyInfo[] Properties<T>() => typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance);
}
