using static Portlight.Nftables.Compiling.PacketNumbers;

namespace Portlight.Nftables.Compiling;

/// <summary>
/// What is noted of a packet on its way to a drop: in the element of its device in `refusing` that it was refused, and behind that who it came from and what it was for. What a packet puts into the
/// kernel's memory is bounded for each device, so that no flood to one instance pushes out what was refused at another (docs/decisions/0129). Nothing here decides: the drop is the next rule.
/// </summary>
internal static class RefusalNotes
{
    internal const string Chain = "refused";

    /// <summary>For how long it is noted that something was refused.</summary>
    internal const ulong Milliseconds = 600_000;

    /// <summary>Elements of each of the sets, whatever is attached.</summary>
    internal const int Capacity = 32_768;

    /// <summary>Packets a second whose source is looked at, for each device. The rest are counted alone, so that a flood costs one lookup.</summary>
    internal static readonly SetStatement Looked = SetStatement.Limit(500, 1, 500);

    /// <summary>Sources and ports that are noted anew, for each device: 350 at most in ten minutes, for which each is kept.</summary>
    internal static readonly SetStatement Admitted = SetStatement.Limit(25, 60, 100);

    private static readonly SetRole[] Sets = [SetRole.RefusedNew, SetRole.Refused4, SetRole.Refused6, SetRole.RefusedLast4, SetRole.RefusedLast6];

    /// <summary>The sets that packets fill.</summary>
    internal static IEnumerable<SetId> SetsOf(TableFamily table, RulesetOptions options) => options.NotesRefused ? Sets.Select(role => Set(table, role)) : [];

    /// <summary>The end of a chain that refuses: what is noted, and the drop, which comes whatever becomes of the note.</summary>
    internal static IEnumerable<RuleSpec> Refuse(TableFamily table, string why, RulesetOptions options)
    {
        if (options.NotesRefused)
        {
            yield return RuleBuilder.Rule(table, "noted as refused", rule => rule.OutputDevice().In(Set(table, SetRole.Refusing)).Jump(Chain));
        }

        yield return RuleBuilder.Rule(table, why, rule => rule.Drop());
    }

    internal static IEnumerable<ChainSpec> Chains(TableFamily table, RulesetOptions options) => options.NotesRefused ? [new ChainSpec(Chain, null, [.. Rules(table)])] : [];

    // What is noted already needs no place; a place for what is not is given by the device's share of them. Protocols without ports have whatever stands where ports would.
    private static IEnumerable<RuleSpec> Rules(TableFamily table)
    {
        foreach (var (isIpv4, refused, last, protocol) in new[] { (true, SetRole.Refused4, SetRole.RefusedLast4, 2), (false, SetRole.Refused6, SetRole.RefusedLast6, 5) })
        {
            var icmp = isIpv4 ? Icmp : Icmpv6;
            yield return Known("noted already", rule => rule.ProtocolIsNot(icmp, protocol).DestinationPort(protocol + 1));
            yield return Known("noted already, of ICMP", rule => rule.ProtocolIs(icmp, protocol).IcmpTypeAndCode(protocol + 1));
            yield return New("noted, where the device has room", rule => rule.ProtocolIsNot(icmp, protocol).DestinationPort(protocol + 1));
            yield return New("noted, where the device has room, of ICMP", rule => rule.ProtocolIs(icmp, protocol).IcmpTypeAndCode(protocol + 1));

            RuleSpec Known(string comment, Func<RuleBuilder, RuleBuilder> what) => RuleBuilder.Rule(table, comment, rule =>
                what(Begin(rule)).OutputDevice().SourceAddress(isIpv4, 1).In(Set(table, refused)).Note(Set(table, last), isRenewed: true).Return());

            RuleSpec New(string comment, Func<RuleBuilder, RuleBuilder> what) => RuleBuilder.Rule(table, comment, rule =>
                what(Begin(rule)).OutputDevice().SourceAddress(isIpv4, 1).Note(Set(table, SetRole.RefusedNew), isRenewed: true).Note(Set(table, refused), isRenewed: false).Return());

            RuleBuilder Begin(RuleBuilder rule) => rule.FamilyIs(isIpv4 ? Ipv4 : Ipv6, 1);
        }
    }

    internal static SetId Set(TableFamily table, SetRole role) => new(SectionId.Shared with { Table = table }, role);
}
