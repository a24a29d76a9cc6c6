namespace Portlight.Policies;

/// <summary>
/// What conditions and policy variables ask about. The server answers from the request as it needs it, the simulation API from a list. Values are texts in the
/// form that the operators read: numbers in decimal, dates as ISO 8601 or epoch seconds, <c>true</c> and <c>false</c>, addresses and CIDR blocks.
/// </summary>
public interface IRequestContext
{
    /// <summary>False when the request does not have the key.</summary>
    bool TryGet(ConditionKey key, out ContextValues values);

    /// <summary>
    /// Whether a request that is still to be made may bring any value of the key. A condition about it keeps an Allow from nothing and makes no Deny hold: what is then denied is denied whatever the request asks for.
    /// No request that is served has such a key.
    /// </summary>
    bool IsOpen(ConditionKey key) => false;
}
