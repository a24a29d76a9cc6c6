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
