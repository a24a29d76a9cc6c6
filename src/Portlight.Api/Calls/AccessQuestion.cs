using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Portlight.Api;

/// <summary>May the caller do this, to that? What is not set is absent for conditions.</summary>
/// <param name="Action"><c>lightsail:PutInstancePublicPorts</c>.</param>
/// <param name="Resource">The ARN of what it is about.</param>
internal sealed record AccessQuestion(string Action, string Resource)
{
    /// <summary>
    /// What a refusal calls the resource; null for its ARN. IAM's says <c>user alice</c>: the ARN has the path, which tells whether there is such a user.
    /// </summary>
    public string? ShownAs { get; init; }

    /// <summary>Tags of the resource as it is now (<c>aws:ResourceTag/…</c>).</summary>
    public ImmutableSortedDictionary<string, string?>? ResourceTags { get; init; }

    /// <summary>Tags of the request (<c>aws:RequestTag/…</c>, <c>aws:TagKeys</c>); null where it gives none.</summary>
    public ImmutableSortedDictionary<string, string?>? RequestTags { get; init; }

    /// <summary>Keys of the request where it names keys alone (UntagResource); else those of <see cref="RequestTags"/> count.</summary>
    public IReadOnlyList<string>? TagKeys { get; init; }

    /// <summary>One of the port rules that the request asks for (<c>portlight:Protocol</c>, …): it is asked once for each.</summary>
    public AskedRule? Rule { get; init; }

    /// <summary>What the request as a whole does to the ports (<c>portlight:ClosesPorts</c>).</summary>
    public PortComparison? Ports { get; init; }

    /// <summary>Names of keys, in lower case, that a request which is still to be made may bring with any value; null for a request that is there.</summary>
    public FrozenSet<string>? OpenKeys { get; init; }

    /// <summary>Keys of the tags that a session shall pass on (<c>sts:TransitiveTagKeys</c>); null where the request gives none.</summary>
    public IReadOnlyList<string>? TransitiveTagKeys { get; init; }

    /// <summary>The account of the resource where it may be another than the caller's (<c>aws:ResourceAccount</c>).</summary>
    public string? ResourceAccount { get; init; }

    /// <summary>Keys of one service, by name in lower case: <c>sts:externalid</c>, <c>iam:policyarn</c>.</summary>
    public IReadOnlyDictionary<string, string>? More { get; init; }
}
