namespace Portlight.Policies.Matching;

/// <summary>What a comparison with values of a policy came to.</summary>
internal enum Match
{
    No,
    Yes,

    /// <summary>None matches, and one holds a policy variable that has no value: nobody can say whether it would.</summary>
    Unresolved,
}
