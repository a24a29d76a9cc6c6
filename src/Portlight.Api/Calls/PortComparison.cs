using System.Collections.Immutable;
using Portlight.Domain;

namespace Portlight.Api;

/// <summary>The port set of an instance before a request and after it, compared by the packets that they let in; worked out when a condition asks.</summary>
internal sealed class PortComparison(PortSet before, PortSet after, IReadOnlyDictionary<string, ImmutableArray<Cidr>> aliases)
{
    private readonly Lazy<PortCoverage> _opened = new(() => PortCoverage.Of(before, aliases));
    private readonly Lazy<PortCoverage> _wanted = new(() => PortCoverage.Of(after, aliases));

    /// <summary>Whether something that was let in is not any more.</summary>
    public bool ClosesPorts => !before.Equals(after) && !_wanted.Value.Covers(_opened.Value);

    /// <summary>Whether the rule lets in something that was not let in before.</summary>
    public bool Opens(PortRule rule) => !_opened.Value.Covers(rule);

    /// <summary>Whether afterwards something that the rule covers is open to everybody on the internet, by whatever rules together.</summary>
    public bool IsOpenToAll(PortRule rule) => _wanted.Value.IsOpenToAll(rule.Key);

    /// <summary>The rule with the blocks of its aliases among its sources.</summary>
    public PortRule Resolve(PortRule rule) => PortSet.Of(rule).Resolve(aliases).Rules[0];
}
