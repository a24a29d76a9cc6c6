using System.Collections.Immutable;
using Portlight.Nftables.Attributes;
using Portlight.Nftables.Compiling;
using Portlight.Nftables.Netlink;

namespace Portlight.Nftables.Translations;

/// <summary>
/// Finds what other people's nat rules publish: follows the chains at prerouting, keeps what a packet's protocol and destination port must be, and notes each
/// destination translation. It reads what Docker, Podman, iptables-nft and people write; a rule that it does not understand is counted. Conditions on interfaces, addresses
/// and states are not kept, so what is published for some only is shown as published.
/// </summary>
public sealed class PublishedPortReader
{
    private const int MaxDepth = 16;
    private const int MaxSteps = 50_000;

    private readonly NatTables _tables;
    private readonly HashSet<PublishedPort> _found = [];
    private readonly HashSet<byte[]> _unread = [];
    private Dictionary<string, List<byte[]>> _chains = [];
    private byte _family;
    private string _table = "";
    private int _steps;

    private PublishedPortReader(NatTables tables) => _tables = tables;

    /// <summary>Reads the tables of the network namespace that the calling thread is in.</summary>
    /// <exception cref="NetlinkException">The kernel does not let us (CAP_NET_ADMIN), or has no nf_tables.</exception>
    public static PublishedPorts Read()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        var reader = new PublishedPortReader(new NatTables(socket));
        foreach (var table in reader._tables.BaseChains().GroupBy(chain => (chain.Family, chain.Table)))
        {
            (reader._family, reader._table) = table.Key;
            reader._chains = reader._tables.Rules(table.Key.Family, table.Key.Table);
            foreach (var chain in table)
            {
                reader.Follow(chain.Chain, PortConditions.None, 0);
            }
        }

        ImmutableArray<PublishedPort> ports = [.. reader._found.OrderBy(port => port.Protocol ?? -1).ThenBy(port => port.FromPort).ThenBy(port => port.ToPort).ThenBy(port => port.Target, StringComparer.Ordinal)];
        return new PublishedPorts(ports, reader._unread.Count);
    }

    private void Follow(string chain, PortConditions conditions, int depth)
    {
        if (conditions.IsImpossible || !_chains.TryGetValue(chain, out var rules))
        {
            return;
        }

        foreach (var rule in rules)
        {
            if (depth > MaxDepth)
            {
                _unread.Add(rule);
            }
            else
            {
                Continue(new RuleReading(rule, 0, depth, Registers.Empty, conditions));
            }
        }
    }

    /// <summary>Reads on from an expression of a rule. A map makes one reading of it for each element.</summary>
    private void Continue(RuleReading reading)
    {
        var place = 0;
        foreach (var expression in new NetlinkAttributes(reading.Rule))
        {
            if (place++ < reading.Place)
            {
                continue;
            }

            if (reading.Conditions.IsImpossible)
            {
                return;
            }

            if (++_steps > MaxSteps)
            {
                _unread.Add(reading.Rule);
                return;
            }

            reading = reading with { Place = place };
            var name = expression.Nested.TextOrNull(ExpressionAttributes.Name) ?? "";
            var data = expression.Nested.TryGet(ExpressionAttributes.Data, out var nested) ? nested.Nested : default;
            switch (name)
            {
                case "immediate" when Jump(data) is { } chain:
                    Follow(chain, reading.Conditions, reading.Depth + 1);
                    return;
                case "lookup" when LooksUpValue(data):
                    Fork(reading, data);
                    return;
                case "nat":
                    if (data.U32BigEndianOrNull(NatAttributes.Type) == NatAttributes.OfDestination)
                    {
                        Note(reading, Target(reading, data.U32BigEndianOrNull(NatAttributes.AddressFrom), data.U32BigEndianOrNull(NatAttributes.PortFrom), data.U32BigEndianOrNull(NatAttributes.Family) == PacketNumbers.Ipv6));
                    }

                    return;
                case "redir":
                    Note(reading, Target(reading, null, data.U32BigEndianOrNull(RedirectAttributes.PortFrom), isIpv6: false));
                    return;
                case "target":
                    NoteTarget(reading, data);
                    return;
                case "lookup":
                    reading = reading with { Conditions = In(reading, data) };
                    break;
                default:
                    reading = ExpressionReader.Read(reading, name, data, _family);
                    break;
            }
        }
    }

    private static string? Jump(NetlinkAttributes data) =>
        data.TryGet(ImmediateAttributes.Data, out var value) && value.Nested.TryGet(DataAttributes.Verdict, out var verdict) ? verdict.Nested.TextOrNull(VerdictAttributes.Chain) ?? "" : null;

    private static bool LooksUpValue(NetlinkAttributes data) => data.TryGet(LookupAttributes.Destination, out _);

    private NatSet? SetOf(NetlinkAttributes data) => _tables.Set(_family, _table, data.TextOrNull(LookupAttributes.Set) ?? "");

    /// <summary>Being in a set, or not, which is read for a set of ports alone.</summary>
    private PortConditions In(RuleReading reading, NetlinkAttributes data)
    {
        var register = data.U32BigEndianOrNull(LookupAttributes.Source) ?? 0;
        if (SetOf(data) is not { } set)
        {
            return reading.Conditions.Unclear();
        }

        List<(int Offset, Loaded What)> fields = [.. reading.Registers.Within(register, (int)set.KeyLength)];
        if (fields.TrueForAll(field => field.What is Loaded.Other or Loaded.Value))
        {
            return reading.Conditions;
        }

        List<PortConditions> alternatives = [.. ElementConditions.Intervals(set).Select(interval => ElementConditions.Add(PortConditions.None, fields, interval.First, interval.Last))];
        if (alternatives.Exists(one => one.IsUnclear))
        {
            return reading.Conditions.Unclear();
        }

        var isInverted = ((data.U32BigEndianOrNull(LookupAttributes.Flags) ?? 0) & LookupAttributes.FlagInverted) != 0;
        if (isInverted)
        {
            return fields is [{ What: Loaded.DestinationPort }] ? reading.Conditions.WithoutPorts(alternatives.SelectMany(one => one.Ports)) : reading.Conditions;
        }

        var conditions = reading.Conditions.WithPorts(alternatives.SelectMany(one => one.Ports).Distinct());
        return alternatives.TrueForAll(one => one.Protocols is not null) ? conditions.WithProtocols(alternatives.SelectMany(one => one.Protocols!.Value)) : conditions;
    }

    private void Fork(RuleReading reading, NetlinkAttributes data)
    {
        uint source = data.U32BigEndianOrNull(LookupAttributes.Source) ?? 0, destination = data.U32BigEndianOrNull(LookupAttributes.Destination) ?? 0;
        if (SetOf(data) is not { } map)
        {
            _unread.Add(reading.Rule);
            return;
        }

        List<(int Offset, Loaded What)> fields = [.. reading.Registers.Within(source, (int)map.KeyLength)];
        foreach ((var first, var last, var element) in ElementConditions.Intervals(map))
        {
            var conditions = ElementConditions.Add(reading.Conditions, fields, first, last);
            if (element.Chain is { } chain)
            {
                Follow(chain, conditions, reading.Depth + 1);
            }
            else if (element.Value is { } value)
            {
                Continue(reading with { Conditions = conditions, Registers = reading.Registers.With(destination, Loaded.Value, value) });
            }
        }
    }

    private static string? Target(RuleReading reading, uint? address, uint? port, bool isIpv6) => NatTarget.Of(
        address is { } first ? reading.Registers.ValueOf(first) : null,
        port is { } second ? reading.Registers.ValueOf(second) : null,
        isIpv6);

    private void NoteTarget(RuleReading reading, NetlinkAttributes data)
    {
        var name = data.TextOrNull(ExtensionAttributes.Name) ?? "";
        var info = data.TryGet(ExtensionAttributes.Info, out var bytes) ? bytes.Value : default;
        if (NatTarget.TryReadTarget(name, data.U32BigEndianOrNull(ExtensionAttributes.Revision) ?? 0, info, _family == PacketNumbers.Ipv6, out var target))
        {
            Note(reading, target);
        }
        else if (name is "NETMAP")
        {
            _unread.Add(reading.Rule);
        }
    }

    private void Note(RuleReading reading, string? target)
    {
        var conditions = reading.Conditions;
        if (conditions.IsUnclear)
        {
            _unread.Add(reading.Rule);
            return;
        }

        var protocols = conditions.Protocols is { } named ? named.Select(number => (byte?)number) : [null];
        foreach (var protocol in protocols)
        {
            foreach ((var first, var last) in conditions.Ports)
            {
                _found.Add(new PublishedPort(protocol, first, last, target));
            }
        }
    }
}

/// <summary>How far a rule has been read: the next expression, how deep its chain was jumped to, and what is known there.</summary>
internal sealed record RuleReading(byte[] Rule, int Place, int Depth, Registers Registers, PortConditions Conditions);
