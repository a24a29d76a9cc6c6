namespace Portlight.Policies;

/// <summary>What a document is for, which decides the elements it may have.</summary>
public enum PolicyKind
{
    /// <summary>Says what its holder may do: inline and managed policies, permission boundaries, session policies. It has resources and no principal.</summary>
    Identity,

    /// <summary>A role's trust policy, which says who may assume it. It has principals and no resource.</summary>
    Trust,
}
