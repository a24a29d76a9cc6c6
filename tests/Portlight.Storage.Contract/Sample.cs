using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Portlight.Domain;

namespace Portlight.Storage.Contract;

/// <summary>Things to store.</summary>
public static class Sample
{
    public static DateTimeOffset Start { get; } = new(2026, 11, 22, 8, 30, 0, TimeSpan.Zero);

    public static Scope Scope { get; } = new("111122223333", "us-east-1");

    public static Scope OtherScope { get; } = new("111122223333", "eu-west-1");

    public static PortSet Ssh { get; } = Ports(22);

    public static Instance Instance(long index, string? name = null, Scope? scope = null) => new()
    {
        Scope = scope ?? Scope,
        Name = name ?? string.Create(CultureInfo.InvariantCulture, $"web-{index}"),
        Id = Id(index),
        Index = index,
        CreatedAt = Start.AddTicks(index),
        AvailabilityZone = "us-east-1a",
        BlueprintId = "debian_12",
        BundleId = "nano_3_0",
        Attachment = new Attachment.Lab(),
        Ports = Ssh,
        KeyPairName = Domain.KeyPair.DefaultName,
        PublicIpv4 = Address(index, 192, 0),
        PrivateIpv4 = Address(index, 172, 26),
    };

    /// <summary>Every member has a value that is not the default one.</summary>
    public static Instance FullInstance(long index, Attachment attachment) => Instance(index) with
    {
        Attachment = attachment,
        Ports = PortSet.Of(
            new PortRule(new PortKey(NetworkProtocol.Tcp, 0, 65535), [Cidr.AnyIpv4, Block("198.51.100.7/32")], [Cidr.AnyIpv6, Block("2001:db8::/32")], ["lightsail-connect"]),
            new PortRule(new PortKey(NetworkProtocol.Icmp, 8, -1), [Block("10.0.0.0/8")], [], []),
            new PortRule(new PortKey(NetworkProtocol.Icmpv6, -1, -1), [], [Cidr.AnyIpv6], []),
            new PortRule(new PortKey(NetworkProtocol.All, 5, 7), [Cidr.AnyIpv4], [], [])),
        State = InstanceState.Stopped,
        IpAddressType = IpAddressType.Ipv6,
        Ipv6Address = Block("2001:db8::1:2/128").ToAddress(),
        StaticIpName = "static-1",
        UserData = "#!/bin/sh\necho \"häh? \U0001F980\" <>&+'\0\u2028",
        Tags = Tags.None.Add("stage", "test").Add("key-only", null).Add("empty", "").Add("größe", "a=b:c/d@e"),
        MetadataOptions = new MetadataOptions("required", "disabled", 3, "enabled"),
        Expiring = [Expiring("198.51.100.7/32", 1), Expiring("2001:db8::/32", 2)],
        Unconfirmed = Unconfirmed(new EarlierPorts(attachment, Ports(8080)) { Expiring = [Expiring("192.0.2.0/24", 3)] }),
    };

    public static ExpiringRule Expiring(string source, int hours) => new()
    {
        Rule = Block(source) is { Width: 32 } ipv4
            ? new PortRule(new PortKey(NetworkProtocol.Tcp, 0, 65535), [ipv4], [], [])
            : new PortRule(new PortKey(NetworkProtocol.Tcp, 0, 65535), [], [Block(source)], ["lightsail-connect"]),
        At = Start.AddHours(hours).AddTicks(1),
        Within = TimeSpan.FromHours(hours),
        OpenedBy = "arn:aws:iam::111122223333:user/ops/größe",
        RequestId = "5a3c1d0e-1111-2222-3333-444455556666",
    };

    public static UnconfirmedChange Unconfirmed(EarlierPorts? before) => new()
    {
        Revision = 7,
        Deadline = Start.AddTicks(90_000_001),
        Within = TimeSpan.FromSeconds(9),
        ChangedBy = "arn:aws:iam::111122223333:user/ops/größe",
        RequestId = "5a3c1d0e-1111-2222-3333-444455556666",
        Before = before,
    };

    public static ImmutableArray<Attachment> Attachments { get; } =
    [
        new Attachment.Lab(),
        new Attachment.Recorded(),
        new Attachment.Interface("tap0", [Address(1, 203, 0), Block("2001:db8::9/128").ToAddress()], [Block("10.0.0.0/8"), Block("fd00::/8")]) { Device = "fe:54:00:aa:bb:01" },
        new Attachment.Interface("", [], []) { Selector = "alias:größe 1", ClosedNames = ["vnet*", "tap*"] },
        new Attachment.ThisHost([Address(2, 203, 0)], []),
    ];

    public static Operation Operation(long number, string resource = "web-1", long? awaits = null, Scope? scope = null) => new()
    {
        Id = Id(number),
        Scope = scope ?? Scope,
        ResourceName = resource,
        ResourceType = ResourceType.Instance,
        AvailabilityZone = "us-east-1a",
        OperationType = "PutInstancePublicPorts",
        CreatedAt = Start.AddMilliseconds(number),
        StatusChangedAt = Start.AddMilliseconds(number),
        Status = awaits is null ? OperationStatus.Succeeded : OperationStatus.Started,
        AwaitsRevision = awaits,
    };

    public static StaticIp StaticIp(string name, long address) => new()
    {
        Scope = Scope,
        Name = name,
        Id = Id(address),
        CreatedAt = Start,
        Address = Address(address, 203, 0),
    };

    public static KeyPair KeyPair(string name) => new()
    {
        Scope = Scope,
        Name = name,
        Id = Id(name.Length),
        CreatedAt = Start,
        PublicKey = "ssh-rsa AAAA",
        Fingerprint = "00:11:22",
    };

    public static AccessKey AccessKey(string id) => new(id, Scope.AccountId, null, [1, 2, 3], true, Start);

    public static PortSet Ports(int port) => PortSet.Of(new PortRule(new PortKey(NetworkProtocol.Tcp, port, port), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []));

    /// <summary>Two networks and a template, with all that a rule can have.</summary>
    public static AddressBook Book => new()
    {
        Networks = AddressBook.Empty.Networks.Add("office", [Block("203.0.113.0/24"), Block("2001:db8::/32")]).Add("Backup", [Block("192.0.2.9")]),
        Templates = AddressBook.Empty.Templates.Add("web", PortSet.Of(
            new PortRule(new PortKey(NetworkProtocol.Tcp, 443, 443), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []),
            new PortRule(new PortKey(NetworkProtocol.Udp, 5000, 5100), [Block("192.0.2.0/24")], [], ["lightsail-connect"]))),
    };

    public static Cidr Block(string text) =>
        Cidr.TryParse(text, text.Contains(':', StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, out var block, out var problem)
            ? block
            : throw new ArgumentException(problem, nameof(text));

    public static Guid Id(long number) => new((int)number, 0x1234, 0x4567, 0x89, 0xAB, 0xCD, 0xEF, 1, 2, 3, 4);

    public static IPAddress Address(long number, byte first, byte second) => new([first, second, (byte)(number >> 8), (byte)number]);

    /// <summary>Equality by content: an immutable array or dictionary inside a record is otherwise compared by reference.</summary>
    public static void AssertSame(Instance expected, Instance? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Tags.AsEnumerable(), actual.Tags);
        Assert.Equal(Words(expected.Attachment), Words(actual.Attachment));
        Assert.Equal(Words(expected.Unconfirmed?.Before?.Attachment), Words(actual.Unconfirmed?.Before?.Attachment));
        Assert.Equal(expected.Expiring.AsEnumerable(), actual.Expiring);
        Assert.Equal(expected.Unconfirmed?.Before?.Expiring.AsEnumerable(), actual.Unconfirmed?.Before?.Expiring);
        Assert.Equal(Bare(expected), Bare(actual));

        static Instance Bare(Instance instance) => instance with
        {
            Tags = Tags.None,
            Attachment = Lab,
            Expiring = [],
            Unconfirmed = instance.Unconfirmed is { Before: { } before } unconfirmed ? unconfirmed with { Before = before with { Attachment = Lab, Expiring = [] } } : instance.Unconfirmed,
        };
        static string? Words(Attachment? attachment) => attachment switch
        {
            Attachment.Interface at => $"interface {at.Name}{at.Selector} {string.Join(' ', at.ClosedNames)} {string.Join(' ', at.Addresses)} from {string.Join(' ', at.PrivateSources)}",
            Attachment.ThisHost at => $"host {string.Join(' ', at.Addresses)} from {string.Join(' ', at.PrivateSources)}",
            _ => attachment?.ToString(),
        };
    }

    private static Attachment.Lab Lab { get; } = new();
}
