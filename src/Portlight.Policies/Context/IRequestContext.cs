namespace Portlight.Policies;

/// <summary>
/// What conditions and policy variables ask about. The server answers from the request as it needs it, the simulation API from a list. Values are texts in the
/// form that the operators read: numbers in decimal, dates as ISO 8601 or epoch seconds, <c>true</c> and <c>false</c>, addresses and CIDR blocks.
/// </summary>
public interface IRequestContext
{
    /// <summary>False when the request does not have the key.</summary>
    bool TryGet(ConditionKey key, out ContextValues values);
}
