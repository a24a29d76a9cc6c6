namespace Portlight.Policies;

/// <summary>Why a request is allowed or not.</summary>
public enum DecisionReason
{
    /// <summary>A statement allows it and none denies it.</summary>
    Allowed,

    /// <summary>A statement denies it.</summary>
    ExplicitDeny,

    /// <summary>No policy of the principal or its groups allows it.</summary>
    NoIdentityPolicy,

    /// <summary>The permission boundary does not allow it.</summary>
    NoPermissionsBoundary,

    /// <summary>The session's policies do not allow it.</summary>
    NoSessionPolicy,

    /// <summary>The policies took more work than a request may cost: nobody knows what they say, so it is denied.</summary>
    TooMuchWork,
}

/// <summary>Which kind of policy decided.</summary>
public enum DecidingPolicy
{
    Identity,
    PermissionsBoundary,
    Session,
}

/// <summary>The answer to a request and what it rests on.</summary>
/// <param name="Reason">Why.</param>
/// <param name="DecidedBy">The kind of policy that the reason speaks of.</param>
/// <param name="Policy">The policy of the deciding statement: the one that denies, or one that allows; null where no statement applies.</param>
/// <param name="Statement">The deciding statement.</param>
public sealed record Decision(DecisionReason Reason, DecidingPolicy DecidedBy, Policy? Policy, Statement? Statement)
{
    public bool IsAllowed => Reason == DecisionReason.Allowed;
}
