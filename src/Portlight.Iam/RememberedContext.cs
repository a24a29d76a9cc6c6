namespace Portlight.Iam;

/// <summary>
/// A request's context that is asked for each key once in a decision: a hundred policies ask for the same few keys over and over, and a server may have to write a
/// number or search a list to answer. For one decision on one thread.
/// </summary>
internal sealed class RememberedContext(IRequestContext context) : IRequestContext
{
    private const int Most = 8;

    private readonly Entry[] entries = new Entry[Most];
    private int count;

    public bool TryGet(ConditionKey key, out ContextValues values)
    {
        for (var i = 0; i < count; i++)
        {
            ref var entry = ref entries[i];
            if (string.Equals(entry.Key.Name, key.Name, StringComparison.Ordinal) && string.Equals(entry.Key.Part, key.Part, StringComparison.Ordinal))
            {
                values = entry.Values;
                return entry.IsThere;
            }
        }

        var isThere = context.TryGet(key, out values);
        if (count < Most)
        {
            entries[count++] = new Entry(key, isThere, values);
        }

        return isThere;
    }

    private readonly record struct Entry(ConditionKey Key, bool IsThere, ContextValues Values);
}
