using System.Collections.Immutable;

namespace Portlight.Policies;

/// <summary>Everything in a service's own namespace that a policy can name. What it cannot mean is refused when it is put.</summary>
public sealed class OwnNames(OwnKeys keys, OwnActions actions)
{
    /// <summary>Every use in a document of a key, a value or an action that there is not.</summary>
    public ImmutableArray<PolicyProblem> ProblemsOf(PolicyDocument document) => [.. keys.ProblemsOf(document), .. actions.ProblemsOf(document)];
}
