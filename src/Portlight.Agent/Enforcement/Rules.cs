using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Agent.Enforcement;

/// <summary>
/// The ruleset's part of a change: all attachments in one transaction, and one by one where the kernel refuses that, so that a bad one costs no other.
/// </summary>
internal sealed class Rules(NftablesSession session, RulesetOptions options)
{
    private RulesetOptions _options = options;

    /// <summary>What had to be repaired in the ruleset beyond what was asked for, since it was set to null.</summary>
    internal SynchroniseReport? Repaired { get; set; }

    /// <summary>Names that are closed unless they are bound. What is set gets into the kernel with the whole table.</summary>
    internal ImmutableArray<string> ClosedNames
    {
        get => _options.ClosedNames;
        set => _options = value.SequenceEqual(_options.ClosedNames) ? _options : _options with { ClosedNames = value, HasBridgeTables = !value.IsEmpty && NftablesProbe.WhyNoBridgeTable() is null };
    }

    /// <exception cref="RulesetRefusedException">The kernel refused; nothing was applied.</exception>
    internal void Commit(IReadOnlyCollection<FilteredAttachment> put, IReadOnlyCollection<string> remove)
    {
        if (put.Count + remove.Count > 0)
        {
            Repaired = session.Apply([.. put], [.. remove]) ?? Repaired;
        }
    }

    /// <summary>Puts and removes; each attachment that is refused by itself is given to <paramref name="refuse"/>, and the others are in force.</summary>
    internal void Apply(IReadOnlyList<Plan> plans, IReadOnlyCollection<string> leaving, Action<Plan, RulesetRefusedException> refuse)
    {
        var filtering = plans.Where(plan => plan.Filtered is not null).ToList();
        try
        {
            Commit([.. filtering.Select(plan => plan.Filtered!)], leaving);
            return;
        }
        catch (RulesetRefusedException refusal) when (filtering.Count == 1 && leaving.Count == 0)
        {
            refuse(filtering[0], refusal);
            return;
        }
        catch (RulesetRefusedException) when (filtering.Count + leaving.Count > 1)
        {
            // Together they are refused; which of them it is shows one by one.
        }

        foreach (var key in leaving)
        {
            Commit([], [key]);
        }

        foreach (var plan in filtering)
        {
            try
            {
                Commit([plan.Filtered!], []);
            }
            catch (RulesetRefusedException refusal)
            {
                refuse(plan, refusal);
            }
        }
    }

    /// <summary>
    /// The whole table. When the kernel refuses that, one bad attachment must not cost all others their rules: then every attachment is closed in one
    /// transaction, and opened one by one; one that is refused gets what stood before, if that was the same attachment.
    /// </summary>
    internal void Synchronise(IReadOnlyCollection<FilteredAttachment> whole, Func<string, FilteredAttachment?> before, Action<string, RulesetRefusedException> refuse)
    {
        try
        {
            Repaired = session.Synchronise(new Ruleset(_options, whole));
            return;
        }
        catch (RulesetRefusedException) when (whole.Count > 0)
        {
            Repaired = session.Synchronise(new Ruleset(_options, whole.Select(attachment => attachment with { Ports = PortSet.Empty })));
        }

        foreach (var attachment in whole)
        {
            try
            {
                Commit([attachment], []);
            }
            catch (RulesetRefusedException refusal)
            {
                if (before(attachment.Key) is { } stood)
                {
                    Commit([stood], []);
                }

                refuse(attachment.Key, refusal);
            }
        }
    }
}
