namespace Portlight.Policies.Tests;

/// <summary>A request's keys as a list, written as a policy writes them; letter case does not count.</summary>
internal sealed class Context : IRequestContext
{
    private readonly Dictionary<string, ContextValues> _values = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyDictionary<string, ContextValues> Values => _values;

    public Context With(string key, string value)
    {
        _values[key] = new ContextValues(value);
        return this;
    }

    public Context WithMany(string key, params string[] many)
    {
        _values[key] = new ContextValues(many);
        return this;
    }

    public bool TryGet(ConditionKey key, out ContextValues found) => _values.TryGetValue(key.Text, out found);
}
