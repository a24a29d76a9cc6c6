using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>
/// What a port set may hold. 60 sources for each family of an instance is the quota of the real service (Lightsail user guide, firewalls). A source that
/// several rules name counts once here.
/// </summary>
/// <param name="SourcesPerFamily">Different sources of one family, over all rules of an instance.</param>
/// <param name="Aliases">The source-list aliases that a rule may name, with their blocks. The real service knows <c>lightsail-connect</c> alone.</param>
public sealed record PortLimits(int SourcesPerFamily, ImmutableSortedDictionary<string, ImmutableArray<Cidr>> Aliases)
{
    /// <summary>
    /// Rules of one instance. The real service counts sources alone; a source counts once however many rules name it, so the number of rules needs a bound of
    /// its own, or one instance could fill the kernel.
    /// </summary>
    public int Rules { get; init; } = 1000;

    /// <summary>
    /// Sources of one instance counted for each rule that names them: ten times the quota of both families, and two (anywhere, of each family) for each rule. An
    /// instance is written whole at each change, so this bounds what one change costs.
    /// </summary>
    public int SourcesOfAllRules => (20 * SourcesPerFamily) + (2 * Rules);

    public const string BrowserClientAlias = "lightsail-connect";

    /// <summary>60 sources; <c>lightsail-connect</c> is known and, as long as the operator names no blocks for it, lets nobody in.</summary>
    public static PortLimits Default { get; } = new(60, ImmutableSortedDictionary<string, ImmutableArray<Cidr>>.Empty.Add(BrowserClientAlias, []));
}
