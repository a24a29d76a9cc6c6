namespace Portlight.Api;

/// <summary>What an operation's permission is asked on (service authorization reference, resource types of the action).</summary>
internal enum AccessOn
{
    /// <summary>The action takes no resource type: asked on the account's resources as a whole, before the handler runs.</summary>
    Account,

    /// <summary>The handler asks, on the resource that it has found and with what it knows of the request.</summary>
    Resource,

    /// <summary>Anybody whose signature holds may (<c>sts:GetCallerIdentity</c>).</summary>
    Nothing,
}
