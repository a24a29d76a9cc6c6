using System.Collections.Immutable;
using System.Globalization;
using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Domain;

namespace Portlight.Lightsail;

/// <summary>Whether a packet comes in to an instance, and why. The order of reasons is that of the packet's way (docs/ruleset.md).</summary>
/// <param name="IsLetIn">True when it comes in.</param>
/// <param name="Reasons">A sentence each.</param>
internal sealed record Explanation(bool IsLetIn, ImmutableArray<string> Reasons)
{
    /// <summary>False where a rule of the kernel's chains lets it in, or nothing filters it: its sets have nothing to say then.</summary>
    public bool IsDecidedBySets { get; init; } = true;

    /// <summary>The stored rules that let it in.</summary>
    public ImmutableArray<PortRule> Rules { get; init; } = [];

    /// <summary>By what is stored.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="instance">Where it goes.</param>
    /// <param name="aliases">What source aliases stand for.</param>
    /// <param name="always">What lets it in whatever the port set says, and is no network of the attachment.</param>
    public static Explanation OfStored(SinglePacket packet, Instance instance, IReadOnlyDictionary<string, ImmutableArray<Cidr>> aliases, ImmutableArray<string> always)
    {
        ImmutableArray<string> networks =
        [
            .. from block in instance.Attachment.PrivateRule is { } rule ? rule.Ipv4Sources.Concat(rule.Ipv6Sources) : []
               where block.Contains(packet.Source)
               select $"{block} is a private network of {instance.Name}, whose packets are not filtered",
        ];
        if (networks.Length + always.Length > 0)
        {
            return new Explanation(true, [.. networks, .. always]) { IsDecidedBySets = always.IsEmpty };
        }

        ImmutableArray<PortRule> letting = [.. instance.Ports.Rules.Where(rule => PortSet.Of(rule).Resolve(aliases).Rules[0].LetsIn(packet.Key, packet.Source))];
        return letting.IsEmpty
            ? new Explanation(false, [$"no rule lets it in; open on {instance.Name}: {Text(instance.Ports)}", "replies to what the instance itself began pass, and ICMP errors about it"])
            : new Explanation(true, [.. letting.Select(rule => $"the rule {rule.ToShortText()} lets it in{Until(packet, instance, rule, aliases)}")]) { Rules = letting };
    }

    /// <summary>The same where nothing filters the instance.</summary>
    public Explanation Unfiltered(string name, string why) =>
        this with { IsLetIn = true, Reasons = [$"no packet of {name} is filtered: {why}", .. Reasons.Select(reason => $"if it were filtered: {reason}")], IsDecidedBySets = false };

    /// <summary>The same where the kernel has another revision than what is stored.</summary>
    public Explanation Behind(long? applied, string? refusal) => this with
    {
        Reasons = Reasons.Add($"that is what is stored, and the kernel has {(applied is { } has ? $"revision {has.ToString(CultureInfo.InvariantCulture)}" : "nothing")} of it yet{(refusal is null ? "" : $": {refusal}")}"),
    };

    /// <summary>The same, held against what the kernel's sets say. They decide what becomes of a packet, so they have the last word.</summary>
    public Explanation With(PacketVerdict kernel) => (kernel.IsFiltered, LetsIn: !kernel.Sets.IsEmpty) switch
    {
        (false, _) => this with { IsLetIn = true, Reasons = [.. Reasons.Select(Stored), "the kernel does not filter it: `portlight doctor` tells what is wrong"] },
        (_, var letsIn) when letsIn == IsLetIn => this with { Reasons = Reasons.Add($"the kernel's sets say the same{(letsIn ? $" ({string.Join(", ", kernel.Sets)})" : "")}") },
        (_, var letsIn) => this with { IsLetIn = letsIn, Reasons = [.. Reasons.Select(Stored), $"the kernel's sets say otherwise: {(letsIn ? $"{string.Join(", ", kernel.Sets)} let it in" : "none lets it in")}"] },
    };

    /// <summary>The same where the kernel could not be asked.</summary>
    public Explanation Unasked(string problem) => this with { Reasons = Reasons.Add($"the kernel's sets could not be read, so this is what is stored: {problem}") };

    /// <summary>When the rule lets it in no longer; nothing where it does for good.</summary>
    private static string Until(SinglePacket packet, Instance instance, PortRule rule, IReadOnlyDictionary<string, ImmutableArray<Cidr>> aliases)
    {
        if (instance.Expiring.Lasting(instance.Ports, rule.Key) is { HasSources: true } lasting && LetsIn(lasting))
        {
            return "";
        }

        return instance.Expiring.Where(one => one.Rule.Key == rule.Key && LetsIn(one.Rule)).OrderBy(one => one.At).LastOrDefault() is { } last ? $" until {ConfirmHeader.Text(last.At)}" : "";

        bool LetsIn(PortRule one) => PortSet.Of(one).Resolve(aliases).Rules[0].LetsIn(packet.Key, packet.Source);
    }

    private static string Stored(string reason) => $"stored: {reason}";

    private static string Text(PortSet ports) => ports.Rules.IsEmpty ? "nothing" : string.Join("; ", ports.Rules.Select(rule => rule.ToShortText()));
}
