using System.Collections.Immutable;

namespace Portlight.Policies;

/// <summary>Everything in a service's own namespace that a policy can name. What it cannot mean is refused when it is put.</summary>
public sealed class OwnNames(OwnKeys keys, OwnActions actions)
{
    /// <summary>As many as of a document that breaks the grammar: each may list every name that there is.</summary>
    private const int Most = 100;

    /// <summary>Every use in a document of a key, a value or an action that there is not; of very many, the first hundred.</summary>
    public ImmutableArray<PolicyProblem> ProblemsOf(PolicyDocument document)
    {
        ImmutableArray<PolicyProblem> found = [.. keys.ProblemsOf(document).Concat(actions.ProblemsOf(document)).Take(Most + 1)];
        return found.Length <= Most ? found : [.. found[..Most], new PolicyProblem("", "and more problems of this kind")];
    }
}
