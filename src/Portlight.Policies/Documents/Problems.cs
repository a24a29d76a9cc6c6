using System.Collections.Immutable;
using Portlight.Domain;

namespace Portlight.Policies.Documents;

/// <summary>What is wrong with a document, collected while it is read.</summary>
internal sealed class Problems
{
    /// <summary>A document of nothing but mistakes is not answered with a megabyte.</summary>
    private const int Most = 100;

    private readonly List<PolicyProblem> _found = [];
    private int _left;

    public int Count => _found.Count;

    public void Add(string path, string reason)
    {
        if (_found.Count < Most)
        {
            _found.Add(new PolicyProblem(path, reason));
        }
        else
        {
            _left++;
        }
    }

    public ImmutableArray<PolicyProblem> ToImmutable() => _left == 0 ? [.. _found] : [.. _found, new PolicyProblem("", $"and {_left} more problems")];

    /// <summary>The path of a member: names of the grammar and keys as they are, anything else in the form that is safe to show.</summary>
    public static string Join(string path, string name)
    {
        var shown = UserText.Excerpt(name);
        return path.Length == 0 ? shown : $"{path}.{shown}";
    }
}
