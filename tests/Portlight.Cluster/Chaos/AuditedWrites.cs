using System.Text.RegularExpressions;

namespace Portlight.Cluster.Chaos;

/// <summary>How often the audit log has each write that was acknowledged: once is right.</summary>
/// <param name="acknowledged">The operations of those writes.</param>
internal sealed partial class AuditedWrites(IReadOnlyCollection<string> acknowledged)
{
    private readonly Dictionary<string, int> _events = new(StringComparer.Ordinal);

    /// <summary>Those of which there is no event.</summary>
    public IReadOnlyList<string> Missing => [.. acknowledged.Where(id => !_events.ContainsKey(id))];

    /// <summary>Those of which there are several, and those that were acknowledged twice.</summary>
    public IReadOnlyList<string> Repeated => [.. acknowledged.Where(id => _events.GetValueOrDefault(id) > 1), .. acknowledged.GroupBy(id => id).Where(same => same.Count() > 1).Select(same => same.Key)];

    /// <summary>Reads all of the log, in the place of what was read before.</summary>
    /// <param name="lines">Its events, one a line. An event may name its operation several times.</param>
    public void Read(IEnumerable<string> lines)
    {
        _events.Clear();
        foreach (var id in lines.SelectMany(line => Identifier().Matches(line).Select(found => found.Groups["id"].Value).Distinct()))
        {
            _events[id] = _events.GetValueOrDefault(id) + 1;
        }
    }

    [GeneratedRegex("\"id\":\"(?<id>[0-9a-f-]{36})\"")]
    private static partial Regex Identifier();
}
