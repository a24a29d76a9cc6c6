using System.Collections.Immutable;
using Portlight.Domain;

namespace Portlight.Policies.Documents;

/// <summary>What is wrong with a document, collected while it is read.</summary>
internal sealed class Problems
{
    /// <summary>A document of nothing but mistakes is not answered with a megabyte.</summary>
    private const int Most = 100;

    private readonly List<PolicyProblem> found = [];
    private int left;

    public int Count => found.Count;

    public void Add(string path, string reason)
    {
        if (found.Count < Most)
        {
            found.Add(new PolicyProblem(path, reason));
        }
        else
        {
            left++;
        }
    }

    public ImmutableArray<PolicyProblem> ToImmutable() => left == 0 ? [.. found] : [.. found, new PolicyProblem("", $"and {left} more problems")];

    /// <summary>The path of a member: names of the grammar and keys as they are, anything else in the form that is safe to show.</summary>
    public static string Join(string path, string name)
    {
        var shown = UserText.Excerpt(name);
        return path.Length == 0 ? shown : $"{path}.{shown}";
    }
}
