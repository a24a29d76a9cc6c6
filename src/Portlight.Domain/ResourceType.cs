namespace Portlight.Domain;

/// <summary>What an operation is about and what an ARN names. The words are AWS's (Lightsail API, <c>ResourceType</c>).</summary>
public enum ResourceType
{
    Instance,
    StaticIp,
    KeyPair,
}
