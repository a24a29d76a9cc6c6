namespace Portlight.Policies;

/// <summary>What a request has for a condition key: one text, or a list of them for a key that is multivalued by its nature (<c>aws:TagKeys</c>).</summary>
public readonly struct ContextValues
{
    private readonly string? single;
    private readonly IReadOnlyList<string>? many;

    public ContextValues(string value) => single = value;

    public ContextValues(IReadOnlyList<string> values) => many = values;

    /// <summary>True for a multivalued key, whatever number of values it has now.</summary>
    public bool IsMultivalued => many is not null;

    public int Count => many?.Count ?? (single is null ? 0 : 1);

    public string this[int index] => many is null ? single! : many[index];
}
