using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Portlight.Cli.Ports;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Explain;

/// <summary>Whether a packet comes in to an instance, and why: from what the server stores and has applied, and from what the kernel's sets say. The order of reasons is that of the packet's way (docs/ruleset.md).</summary>
/// <param name="IsLetIn">True when it comes in.</param>
/// <param name="Reasons">A line for each.</param>
internal sealed record Explanation(bool IsLetIn, IReadOnlyList<string> Reasons)
{
    /// <summary>False where a rule of the kernel's chains lets it in, or nothing filters it: its sets have nothing to say then.</summary>
    public bool IsDecidedBySets { get; private init; } = true;

    /// <summary>The same, held against what the kernel's sets say. They decide what becomes of a packet, so they have the last word.</summary>
    public Explanation With(GetPacketVerdictResponse kernel) => kernel switch
    {
        { Problem: { } problem } => this with { Reasons = [.. Reasons, $"the kernel's sets could not be read, so this is what is stored: {problem}"] },
        { IsFiltered: not true } => new Explanation(true, [.. Reasons.Select(Stored), "the kernel does not filter it: `portlight doctor` tells what is wrong"]),
        { Sets.Count: > 0 } when IsLetIn => this with { Reasons = [.. Reasons, $"the kernel's sets say the same ({string.Join(", ", kernel.Sets)})"] },
        { Sets.Count: 0 } when !IsLetIn => this with { Reasons = [.. Reasons, "the kernel's sets say the same"] },
        _ => new Explanation(!IsLetIn, [.. Reasons.Select(Stored), $"the kernel's sets say otherwise: {(kernel.Sets.Count > 0 ? $"{string.Join(", ", kernel.Sets)} let it in" : "none lets it in")}"]),
    };

    private static string Stored(string reason) => $"stored: {reason}";

    public static Explanation Of(PacketQuestion question, InstanceStatus instance, GetStatusResponse status)
    {
        if (instance.NotFiltered is { } unfiltered)
        {
            return new Explanation(true, [$"no packet of {instance.Name} is filtered: {unfiltered}", .. OfStored(question, instance, status).Reasons.Select(reason => $"if it were filtered: {reason}")]) { IsDecidedBySets = false };
        }

        var stored = OfStored(question, instance, status);
        return instance.AppliedRevision == instance.DesiredRevision && instance.LastError is null
            ? stored
            : stored with { Reasons = [.. stored.Reasons, Behind(instance)] };
    }

    private static Explanation OfStored(PacketQuestion question, InstanceStatus instance, GetStatusResponse status)
    {
        var always = Always(question, instance, status).ToList();
        string[] networks = [.. PrivateNetworks(question, instance)];
        if (networks.Length + always.Count > 0)
        {
            return new Explanation(true, [.. networks, .. always]) { IsDecidedBySets = always.Count == 0 };
        }

        var aliases = status.Server.SourceAliases.ToImmutableDictionary(alias => alias.Name, Blocks);
        var rules = PortText.SetOf(instance.PortStates).Rules;
        var letting = rules.Where(rule => question.IsLetInBy(PortSet.Of(rule).Resolve(aliases).Rules[0])).ToList();
        return letting.Count > 0
            ? new Explanation(true, [.. letting.Select(rule => $"the rule {PortText.Of(rule)} lets it in")])
            : new Explanation(false, [$"no rule lets it in; open on {instance.Name}: {PortText.Of(instance.PortStates)}", "replies to what the instance itself began pass, and ICMP errors about it"]);
    }

    private static IEnumerable<string> PrivateNetworks(PacketQuestion question, InstanceStatus instance)
    {
        foreach (var network in instance.Attachment?.PrivateCidrs ?? [])
        {
            if (Block(network) is { } block && block.Contains(question.From))
            {
                yield return $"{network} is a private network of {instance.Name}, whose packets are not filtered";
            }
        }
    }

    /// <summary>What the chains let in, whatever the port set says.</summary>
    private static IEnumerable<string> Always(PacketQuestion question, InstanceStatus instance, GetStatusResponse status)
    {
        if (instance.Attachment?.Kind == "lab" && status.Instances.FirstOrDefault(other => IsPeer(other, instance, question.From)) is { } peer)
        {
            yield return $"{question.From} is the private address of {peer.Name}, and private addresses of one account and region reach each other";
        }

        if (instance.Attachment?.Kind == "host")
        {
            if (IPAddress.IsLoopback(question.From))
            {
                yield return "it comes over loopback, which is not filtered";
            }

            if (question.Packet.Protocol == NetworkProtocol.Tcp && status.Server.ControlPlanePorts.Contains(question.Packet.FromPort))
            {
                yield return $"the server itself listens on {question.Packet}, which stays open so that the next change can arrive";
            }
        }

        if (question.Packet is { Protocol: NetworkProtocol.Icmpv6, FromPort: >= 133 and <= 137 })
        {
            yield return "it is neighbour discovery, which passes if its hop limit is 255";
        }
    }

    private static bool IsPeer(InstanceStatus other, InstanceStatus instance, IPAddress from) =>
        other.Name != instance.Name
        && (other.AccountId, other.RegionName) == (instance.AccountId, instance.RegionName)
        && other.Attachment?.Kind == "lab"
        && other.PrivateIpAddress == from.ToString();

    private static string Behind(InstanceStatus instance) =>
        $"that is what is stored, and the kernel has {(instance.AppliedRevision is { } applied ? $"revision {applied.ToString(CultureInfo.InvariantCulture)}" : "nothing")} of it yet{(instance.LastError is { } refused ? $": {refused}" : "")}";

    private static ImmutableArray<Cidr> Blocks(SourceAlias alias) => [.. alias.Cidrs.Select(Block).OfType<Cidr>()];

    private static Cidr? Block(string text) =>
        Cidr.TryParse(text, text.Contains(':', StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, out var block, out _) ? block : null;
}
