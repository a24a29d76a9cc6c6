namespace Portlight.Fleet;

/// <summary>When the agent last did what it was asked to, and since when it has not (null: the last attempt succeeded).</summary>
internal sealed record AgentContact(DateTimeOffset? LastWord, DateTimeOffset? FailingSince);
