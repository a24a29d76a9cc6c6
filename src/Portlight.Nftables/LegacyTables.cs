using System.Collections.Immutable;

namespace Portlight.Nftables;

/// <summary>
/// The tables that a program of the iptables before nf_tables has in this network namespace. The kernel names them for root (<c>/proc/net/ip_tables_names</c>) and lists their rules to
/// that program alone; <c>nft list ruleset</c> shows nothing of them. Packets pass them beside ours.
/// </summary>
/// <param name="Program"><c>iptables-legacy</c> or <c>ip6tables-legacy</c>, which lists the rules.</param>
/// <param name="Tables">Their names, as <c>filter</c> and <c>nat</c>; at least one.</param>
public sealed record LegacyTables(string Program, ImmutableArray<string> Tables)
{
    /// <summary>Those of the calling thread's network namespace; none where the kernel knows no such tables or does not name them to this user.</summary>
    public static IReadOnlyList<LegacyTables> FindAll() =>
        [.. new[] { Of("ip_tables_names", "iptables-legacy"), Of("ip6_tables_names", "ip6tables-legacy") }.Where(found => found.Tables.Length > 0)];

    private static LegacyTables Of(string file, string program)
    {
        try
        {
            return new LegacyTables(program, [.. File.ReadLines($"/proc/thread-self/net/{file}").Where(name => name.Length > 0).Order(StringComparer.Ordinal)]);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return new LegacyTables(program, []);
        }
    }
}
