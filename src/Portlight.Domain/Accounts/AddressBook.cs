using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>
/// Names that an account gives to networks and to port sets, for people who write rules. No rule refers to one: what a name stands for is written into the rule when it is made, so a
/// name that changes opens and closes nothing.
/// </summary>
public sealed record AddressBook
{
    /// <summary>Longest name.</summary>
    public const int LongestName = 64;

    /// <summary>Names, blocks, rules and sources of rules, all together: the book is stored as one.</summary>
    public const int MostEntries = 2_000;

    public static AddressBook Empty { get; } = new();

    /// <summary>Blocks of both families by name, whatever its case.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<Cidr>> Networks { get; init; } = ImmutableSortedDictionary.Create<string, ImmutableArray<Cidr>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Port sets by name, whatever its case.</summary>
    public ImmutableSortedDictionary<string, PortSet> Templates { get; init; } = ImmutableSortedDictionary.Create<string, PortSet>(StringComparer.OrdinalIgnoreCase);

    public bool IsEmpty => Networks.IsEmpty && Templates.IsEmpty;

    /// <summary>What <see cref="MostEntries"/> bounds.</summary>
    public int Entries => Networks.Sum(network => 1 + network.Value.Length)
        + Templates.Sum(template => 1 + template.Value.Rules.Sum(rule => 1 + rule.Ipv4Sources.Length + rule.Ipv6Sources.Length + rule.Aliases.Length));

    /// <summary>A letter, then letters, digits, <c>-</c>, <c>_</c> and <c>.</c>: no address, and one word wherever sources are typed.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && char.IsAsciiLetter(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');
}
