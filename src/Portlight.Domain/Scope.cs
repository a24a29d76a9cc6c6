namespace Portlight.Domain;

/// <summary>Where a name means something: state is kept apart by account (12 digits) and by region (from the credential scope).</summary>
public readonly record struct Scope(string AccountId, string Region)
{
    /// <summary><c>arn:aws:lightsail:us-east-1:111122223333:Instance/UUID</c>.</summary>
    public string Arn(ResourceType type, Guid id) => $"arn:aws:lightsail:{Region}:{AccountId}:{type}/{id:D}";

    public override string ToString() => $"{AccountId}/{Region}";
}
