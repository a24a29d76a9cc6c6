namespace Portlight.Nftables.Compiling;

/// <summary>Which sections a table has because of its attachments: how many attachments need each set beyond the shared part.</summary>
internal sealed class SectionNeeds
{
    private readonly Dictionary<SectionId, SortedDictionary<SetRole, int>> _sections = [];

    internal IEnumerable<SectionId> Sections => _sections.Keys;

    internal void Add(SetId set, int count)
    {
        if (!_sections.TryGetValue(set.Section, out var roles))
        {
            _sections[set.Section] = roles = [];
        }

        var now = roles.GetValueOrDefault(set.Role) + count;
        if (now > 0)
        {
            roles[set.Role] = now;
        }
        else
        {
            roles.Remove(set.Role);
        }

        if (roles.Count == 0)
        {
            _sections.Remove(set.Section);
        }
    }

    /// <summary>What <see cref="SetsOf"/> would answer after these additions.</summary>
    internal SetId[] SetsOfAfter(SectionId section, IEnumerable<KeyValuePair<SetId, int>> additions)
    {
        var roles = new SortedDictionary<SetRole, int>(_sections.TryGetValue(section, out var known) ? known : []);
        foreach ((var set, var count) in additions)
        {
            roles[set.Role] = roles.GetValueOrDefault(set.Role) + count;
        }

        return [.. roles.Where(role => role.Value > 0).Select(role => new SetId(section, role.Key))];
    }

    internal SetId[] SetsOf(SectionId section) =>
        _sections.TryGetValue(section, out var roles) ? [.. roles.Keys.Select(role => new SetId(section, role))] : [];
}
