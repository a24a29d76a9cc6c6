namespace Portlight.Wire.PortlightApi;

/// <summary>Asks what is wrong with a policy document, before it is saved. Nothing is stored and nobody's rights are looked at.</summary>
public sealed record CheckPolicyRequest
{
    public string? Document { get; init; }

    /// <summary><c>identity</c>, which is of users, groups and roles and if it is not there; or <c>trust</c>, which says who may assume a role.</summary>
    public string? Kind { get; init; }
}

/// <summary>The answer to <see cref="CheckPolicyRequest"/>.</summary>
public sealed record CheckPolicyResponse
{
    /// <summary>Each problem with its path, as saving the document would name them; none for one that can be saved. Whether there are the users and roles that a trust policy names is asked when it is saved.</summary>
    public required IReadOnlyList<string> Problems { get; init; }
}
