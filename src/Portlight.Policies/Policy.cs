namespace Portlight.Policies;

/// <summary>Where a policy hangs; in the words of <c>SourcePolicyType</c> of IAM's simulation API.</summary>
public enum PolicySource
{
    User,
    Group,
    Role,
    AwsManaged,
    UserManaged,
    None,
}

/// <summary>A document with its name.</summary>
/// <param name="Id">What messages and the audit log call it: a managed policy's ARN, or <c>user/alice/ports</c> for an inline policy.</param>
/// <param name="Source">Where it hangs.</param>
/// <param name="Document">What it says.</param>
public sealed record Policy(string Id, PolicySource Source, PolicyDocument Document);
