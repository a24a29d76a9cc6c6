namespace Portlight.Nftables.Compiling;

/// <summary>The whole table as it should be: a pure function of a ruleset.</summary>
internal sealed class TableSpec
{
    private TableSpec(IReadOnlyList<SetSpec> sets, IReadOnlyList<ChainSpec> chains, Dictionary<string, List<SetElement>> elements, SectionNeeds needs)
    {
        Sets = sets;
        Chains = chains;
        Elements = elements;
        Needs = needs;
    }

    internal IReadOnlyList<SetSpec> Sets { get; }

    /// <summary>In an order in which they can be made: a chain comes after those it goes to.</summary>
    internal IReadOnlyList<ChainSpec> Chains { get; }

    /// <summary>By the name of the set. A set without elements may be missing.</summary>
    internal Dictionary<string, List<SetElement>> Elements { get; }

    internal SectionNeeds Needs { get; }

    /// <summary>By the name of the set.</summary>
    internal Dictionary<string, int> Capacities => Sets.ToDictionary(set => set.Name, set => set.Capacity, StringComparer.Ordinal);

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

        return Of(ruleset.Options, needs, elements, set => SetSpec.Of(set).For(elements.GetValueOrDefault(set)?.Count ?? 0));
    }

    /// <summary>The same with nothing open: the elements that close, and those that tell whose a connection is. For needs and capacities that are known already.</summary>
    internal static TableSpec Gates(RulesetOptions options, IEnumerable<FilteredAttachment> attachments, SectionNeeds needs, IReadOnlyDictionary<string, int> capacities)
    {
        var gates = new Dictionary<SetId, List<SetElement>>();
        foreach (var attachment in attachments)
        {
            foreach (var gate in AttachmentCompiler.Gates(attachment, options.Connections))
            {
                if (!gates.TryGetValue(gate.Set, out var list))
                {
                    gates[gate.Set] = list = [];
                }

                list.Add(gate.Element);
            }
        }

        return Of(options, needs, gates, set => SetSpec.Of(set) is var spec && capacities.TryGetValue(spec.Name, out var capacity) ? spec with { Capacity = capacity } : spec);
    }

    private static TableSpec Of(RulesetOptions options, SectionNeeds needs, Dictionary<SetId, List<SetElement>> elements, Func<SetId, SetSpec> declare)
    {
        SectionId[] sections = [.. needs.Sections.OrderBy(section => section.Kind).ThenBy(section => section.Index)];
        SetId[] sets = [.. Skeleton.SetsOf(options.Connections), .. sections.SelectMany(needs.SetsOf).Where(set => set.Role != SetRole.Chains)];
        ChainSpec[] chains =
        [
            .. Skeleton.BeginChains(options),
            .. sections.SelectMany(section => Skeleton.SectionChains(section, needs.SetsOf(section), options)),
            .. Skeleton.InstanceChains(options, Array.Exists(sections, section => section == SectionId.Host)),
        ];
        return new TableSpec([.. sets.Select(declare)], chains, elements.ToDictionary(pair => pair.Key.Name, pair => pair.Value, StringComparer.Ordinal), needs);
    }
}
