namespace Portlight.Policies;

/// <summary>
/// What one evaluation works with: the request's context, asked for each key once, because a hundred policies ask for the same few keys over and over and a
/// server may have to write a number or search a list to answer; and the budget that the work is paid from. For one evaluation on one thread.
/// </summary>
internal sealed class EvaluationContext(IRequestContext context, EvaluationBudget budget)
{
    private const int Most = 8;

    private readonly Entry[] _entries = new Entry[Most];
    private int _count;

    public EvaluationBudget Budget => budget;

    public bool IsOpen(ConditionKey key) => context.IsOpen(key);

    public bool TryGet(ConditionKey key, out ContextValues values)
    {
        for (var i = 0; i < _count; i++)
        {
            ref var entry = ref _entries[i];
            if (string.Equals(entry.Key.Name, key.Name, StringComparison.Ordinal) && string.Equals(entry.Key.Part, key.Part, StringComparison.Ordinal))
            {
                values = entry.Values;
                return entry.IsThere;
            }
        }

        var isThere = context.TryGet(key, out values);
        if (_count < Most)
        {
            _entries[_count++] = new Entry(key, isThere, values);
        }

        return isThere;
    }

    private readonly record struct Entry(ConditionKey Key, bool IsThere, ContextValues Values);
}
