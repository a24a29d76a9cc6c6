using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Agent.Applied;

/// <summary>The first line: what the whole table depends on, and how many attachments were written with it.</summary>
internal sealed record AppliedHeader
{
    /// <summary>Of the file's form. Another number is a form that this program does not know.</summary>
    public const int KnownVersion = 3;

    /// <summary>The form that did not say which device of its name an interface is.</summary>
    private const int WithoutDevices = 1;

    /// <summary>The form that did not say whose rules they are.</summary>
    private const int WithoutInstallation = 2;

    public required int Version { get; init; }

    /// <summary>Whose rules they are, so that a boot needs no other file to load them.</summary>
    public string? Installation { get; init; }

    public required bool Drain { get; init; }

    public required ImmutableArray<AppliedListener> Listen { get; init; }

    public required int Attachments { get; init; }

    /// <summary>Names of interfaces that are closed unless they are bound; left out when there are none.</summary>
    public ImmutableArray<string>? ClosedNames { get; init; }

    /// <summary>Packets are counted; left out where they are not.</summary>
    public bool? Counts { get; init; }

    [JsonIgnore]
    internal bool IsNewest => Version == KnownVersion;

    [JsonIgnore]
    internal bool IsKnown => Version is KnownVersion or WithoutInstallation or WithoutDevices;

    [JsonIgnore]
    internal bool NamesDevices => Version != WithoutDevices;

    internal static AppliedHeader Of(InstallationId installation, RulesetOptions options, int attachments) => new()
    {
        Version = KnownVersion,
        Installation = installation.ToString(),
        Drain = options.Connections == ConnectionPolicy.Drain,
        Counts = options.CountsPackets ? true : null,
        Listen = [.. options.ListenAddresses.Select(listener => new AppliedListener(listener.Address.ToString(), listener.Port))],
        Attachments = attachments,
        ClosedNames = options.ClosedNames.IsEmpty ? null : options.ClosedNames,
    };

    /// <exception cref="JsonException">It names none.</exception>
    internal InstallationId? ToInstallation() => Installation is null ? null : InstallationId.TryParse(Installation, out var id) ? id : throw new JsonException("no installation");

    internal RulesetOptions ToOptions() => new()
    {
        ClosedNames = ClosedNames is not { } names ? [] : names.All(NamePattern.IsValid) ? names : throw new JsonException("no names to close"),
        CountsPackets = Counts == true,
        Connections = Drain ? ConnectionPolicy.Drain : ConnectionPolicy.Cut,
        ListenAddresses = [.. Listen.Select(listener => new ListenAddress(AppliedBlocks.Read(listener.Address), listener.Port))],
    };
}

/// <summary>A port of the control plane that stays open on a host attachment.</summary>
internal sealed record AppliedListener(string Address, ushort Port);

/// <summary>What became of one attachment; a later line of the same key counts.</summary>
internal sealed record AppliedAttachment
{
    /// <summary>The interface's name, or what selects it; empty for the machine itself.</summary>
    public required string Key { get; init; }

    /// <summary>It is attached no more; nothing else is said then.</summary>
    public bool? Removed { get; init; }

    /// <summary>The instance's number, by which connections remember it; 0 for none.</summary>
    public uint? Owner { get; init; }

    /// <summary>The hardware address of the device that was attached; left out when the name alone decides.</summary>
    public string? HardwareAddress { get; init; }

    /// <summary>Of what is selected, the name under which it was seen last; left out when there is none, and where the key is the name.</summary>
    public string? Name { get; init; }

    public ImmutableArray<AppliedRule>? Rules { get; init; }

    public ImmutableArray<string>? PrivateSources { get; init; }

    public ImmutableArray<string>? PrivateAddresses { get; init; }

    public uint? PeerGroup { get; init; }

    internal static AppliedAttachment Of(string key, FilteredAttachment? attachment) => attachment is null
        ? new AppliedAttachment { Key = key, Removed = true }
        : new AppliedAttachment
        {
            Key = key,
            Owner = attachment.Owner?.Number ?? 0,
            HardwareAddress = attachment.HardwareAddress,
            Name = attachment.IsSelected ? attachment.ClosedName : null,
            Rules = [.. attachment.Ports.Rules.Select(AppliedRule.Of)],
            PrivateSources = AppliedBlocks.Write(attachment.PrivateSources),
            PrivateAddresses = AppliedBlocks.Write(attachment.PrivateAddresses),
            PeerGroup = attachment.PeerGroup,
        };

    /// <summary>Null when it is attached no more.</summary>
    /// <param name="installation">Whose it is; null when that is not known any more, and then no connection of before is its own.</param>
    /// <exception cref="JsonException">It says what no attachment can be.</exception>
    internal FilteredAttachment? ToAttachment(InstallationId? installation)
    {
        if (Removed == true)
        {
            return null;
        }

        var closed = Closed(Key);
        return closed with
        {
            ClosedName = closed.IsSelected ? Name : closed.ClosedName,
            Owner = (Owner ?? throw new JsonException("no owner"), installation) switch
            {
                (0, _) => null,
                (var number, { } id) => new ConnectionOwner(id, number),
                _ => ConnectionOwner.Fresh(),
            },
            HardwareAddress = HardwareAddress,
            Ports = PortSet.Of((Rules ?? throw new JsonException("no rules")).Select(rule => rule.ToRule())),
            PrivateSources = AppliedBlocks.Read(PrivateSources),
            PrivateAddresses = AppliedBlocks.Read(PrivateAddresses),
            PeerGroup = PeerGroup,
        };
    }

    /// <summary>The attachment of that key, with nothing open.</summary>
    /// <exception cref="JsonException">No interface can be named so.</exception>
    internal static FilteredAttachment Closed(string key)
    {
        try
        {
            return key == FilteredAttachment.HostKey ? FilteredAttachment.Host(PortSet.Empty)
                : InterfaceSelector.TryParse(key, out _) ? FilteredAttachment.Selected(key, PortSet.Empty)
                : FilteredAttachment.Interface(key, device: null, PortSet.Empty);
        }
        catch (ArgumentException exception)
        {
            throw new JsonException(exception.Message, exception);
        }
    }
}

/// <summary>One port rule, its aliases resolved.</summary>
internal sealed record AppliedRule
{
    public required string Protocol { get; init; }

    public required int From { get; init; }

    public required int To { get; init; }

    public ImmutableArray<string>? Sources { get; init; }

    internal static AppliedRule Of(PortRule rule) => new()
    {
        Protocol = rule.Protocol.ToWire(),
        From = rule.FromPort,
        To = rule.ToPort,
        Sources = AppliedBlocks.Write([.. rule.Ipv4Sources, .. rule.Ipv6Sources]),
    };

    internal PortRule ToRule()
    {
        var sources = AppliedBlocks.Read(Sources);
        return NetworkProtocolText.TryParse(Protocol, out var protocol)
            ? new PortRule(
                new PortKey(protocol, From, To),
                [.. sources.Where(block => block.Family == AddressFamily.InterNetwork)],
                [.. sources.Where(block => block.Family == AddressFamily.InterNetworkV6)],
                [])
            : throw new JsonException("an unknown protocol");
    }
}

/// <summary>Blocks of addresses as text; a list without entries is left out.</summary>
internal static class AppliedBlocks
{
    internal static ImmutableArray<string>? Write(ImmutableArray<Cidr> blocks) => blocks.IsDefaultOrEmpty ? null : [.. blocks.Select(block => block.ToString())];

    internal static ImmutableArray<Cidr> Read(ImmutableArray<string>? texts) => texts is null ? [] : [.. texts.Value.Select(Read)];

    internal static Cidr Read(string text)
    {
        var family = text.Contains(':', StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        return Cidr.TryParse(text, family, out var block, out var problem) ? block : throw new JsonException(problem);
    }
}

/// <summary>A member that is not known may be one that closes something, so it is no line that this program can read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(AppliedHeader))]
[JsonSerializable(typeof(AppliedAttachment))]
internal sealed partial class AppliedJson : JsonSerializerContext;
