using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>Asks what the caller's own policies would answer; about others, IAM's simulation does. At most 100 questions.</summary>
public sealed record CheckAccessRequest
{
    public IReadOnlyList<AccessCheck?>? Questions { get; init; }
}

/// <summary>May I do this, to that? The rules of a request are not asked about: PreviewPorts does that.</summary>
public sealed record AccessCheck
{
    /// <summary><c>lightsail:PutInstancePublicPorts</c>.</summary>
    public string? Action { get; init; }

    /// <summary>The instance that it is done to; null for an action that is about no instance.</summary>
    public string? InstanceName { get; init; }

    /// <summary>The ARN of something else that it is done to, a user's or a policy's, in the place of an instance. Nothing is looked up: the answer is about policies, not about whether there is such a thing.</summary>
    public string? ResourceArn { get; init; }

    /// <summary>The tags of what <see cref="ResourceArn"/> names, as the caller knows them.</summary>
    public IReadOnlyList<Tag?>? ResourceTags { get; init; }

    /// <summary>The permissions boundary of what <see cref="ResourceArn"/> names (<c>iam:PermissionsBoundary</c>).</summary>
    public string? PermissionsBoundaryArn { get; init; }

    /// <summary>The policy that it would attach or detach (<c>iam:PolicyARN</c>).</summary>
    public string? PolicyArn { get; init; }
}

/// <summary>The answer to <see cref="CheckAccessRequest"/>.</summary>
public sealed record CheckAccessResponse
{
    /// <summary>One for each question, in their order.</summary>
    public required IReadOnlyList<AccessAnswer> Answers { get; init; }
}

/// <summary>Whether the caller may.</summary>
public sealed record AccessAnswer
{
    public required bool IsAllowed { get; init; }

    /// <summary>What a call would be refused with; null when it may.</summary>
    public string? Message { get; init; }
}
