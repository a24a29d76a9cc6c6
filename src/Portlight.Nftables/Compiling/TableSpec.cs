namespace Portlight.Nftables.Compiling;

/// <summary>A whole table as it should be: a pure function of a ruleset.</summary>
internal sealed class TableSpec
{
    private TableSpec(TableFamily table, IReadOnlyList<SetSpec> sets, IReadOnlyList<ChainSpec> chains, Dictionary<string, List<SetElement>> elements, SectionNeeds needs)
    {
        Table = table;
        Sets = sets;
        Chains = chains;
        Elements = elements;
        Needs = needs;
    }

    internal TableFamily Table { get; }

    /// <summary>The table of the family bridge that goes with it; null when nothing needs one.</summary>
    internal TableSpec? Bridge { get; private init; }

    internal IReadOnlyList<SetSpec> Sets { get; }

    /// <summary>In an order in which they can be made: a chain comes after those it goes to.</summary>
    internal IReadOnlyList<ChainSpec> Chains { get; }

    /// <summary>By the name of the set. A set without elements may be missing.</summary>
    internal Dictionary<string, List<SetElement>> Elements { get; }

    internal SectionNeeds Needs { get; }

    /// <summary>The sets that it has whatever is attached.</summary>
    internal SetId[] SharedSets => Table == TableFamily.Bridge ? BridgeSkeleton.SharedSets : Skeleton.SharedSets;

    /// <summary>By the name of the set, of both tables.</summary>
    internal Dictionary<(TableFamily, string), int> Capacities => Sets.Select(set => (Table, Set: set)).Concat(Bridge?.Sets.Select(set => (Bridge.Table, Set: set)) ?? [])
        .ToDictionary(pair => (pair.Table, pair.Set.Name), pair => pair.Set.Capacity);

    internal static TableSpec Compile(Ruleset ruleset)
    {
        var needs = new SectionNeeds();
        var elements = new Dictionary<SetId, List<SetElement>> { [SetId.Nobody] = [new SetElement(OwnerCode.Nobody)] };
        foreach (var attachment in ruleset.Attachments.Values)
        {
            var compiled = AttachmentCompiler.Compile(attachment, ruleset.Options.Connections);
            foreach (var need in compiled.Needs)
            {
                needs.Add(need, 1);
            }

            foreach (var entry in compiled.Entries)
            {
                if (!elements.TryGetValue(entry.Set, out var list))
                {
                    elements[entry.Set] = list = [];
                }

                list.Add(entry.Element);
            }
        }

        return Of(ruleset.Options, needs, elements, set => SetSpec.Of(set, ruleset.Options).For(elements.GetValueOrDefault(set)?.Count ?? 0));
    }

    /// <summary>The same with nothing open: the elements that close, and those that tell whose a connection is. For needs and capacities that are known already.</summary>
    internal static TableSpec Gates(RulesetOptions options, IEnumerable<FilteredAttachment> attachments, SectionNeeds needs, IReadOnlyDictionary<(TableFamily, string), int> capacities)
    {
        var gates = new Dictionary<SetId, List<SetElement>>();
        foreach (var attachment in attachments)
        {
            foreach (var gate in AttachmentGates.Of(attachment, options.Connections))
            {
                if (!gates.TryGetValue(gate.Set, out var list))
                {
                    gates[gate.Set] = list = [];
                }

                list.Add(gate.Element);
            }
        }

        return Of(options, needs, gates, set => SetSpec.Of(set, options) is var spec && capacities.TryGetValue((set.Section.Table, spec.Name), out var capacity) ? spec with { Capacity = capacity } : spec);
    }

    /// <summary>Whether a ruleset takes a table of the family bridge: something attached may be on a bridge, or what is on one is closed by its name.</summary>
    internal static bool HasBridge(RulesetOptions options, bool isAnythingBridged) => isAnythingBridged || (options.HasBridgeTables && !options.ClosedNames.IsEmpty);

    private static TableSpec Of(RulesetOptions options, SectionNeeds needs, Dictionary<SetId, List<SetElement>> elements, Func<SetId, SetSpec> declare)
    {
        SectionId[] sections = [.. needs.Sections.OrderBy(section => section.Kind).ThenBy(section => section.Index)];
        return Of(TableFamily.Inet, Skeleton.SetsOf(options), Skeleton.BeginChains(options), Skeleton.InstanceChains(options, Array.Exists(sections, section => section == SectionId.Host)), HasBridge(options, sections.Contains(SectionId.OfBridges))
            ? Of(TableFamily.Bridge, [.. BridgeSkeleton.SharedSets, .. RefusalNotes.SetsOf(TableFamily.Bridge, options)], RefusalNotes.Chains(TableFamily.Bridge, options), BridgeSkeleton.Chains(options), null)
            : null);

        TableSpec Of(TableFamily table, IEnumerable<SetId> shared, IEnumerable<ChainSpec> first, IEnumerable<ChainSpec> last, TableSpec? bridge)
        {
            var own = sections.Where(section => section.Table == table && section != SectionId.OfBridges).ToList();
            SetId[] sets = [.. shared, .. own.SelectMany(needs.SetsOf).Where(set => set.Role != SetRole.Chains)];
            ChainSpec[] chains = [.. first, .. own.SelectMany(section => Skeleton.SectionChains(section, needs.SetsOf(section), options)), .. last];
            var held = elements.Where(pair => pair.Key.Section.Table == table).ToDictionary(pair => pair.Key.Name, pair => pair.Value, StringComparer.Ordinal);
            return new TableSpec(table, [.. sets.Select(declare)], chains, held, needs) { Bridge = bridge };
        }
    }
}
