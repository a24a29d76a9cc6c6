namespace Portlight.Policies;

/// <summary>What a request has for a condition key: one text, or a list of them for a key that is multivalued by its nature (<c>aws:TagKeys</c>).</summary>
public readonly struct ContextValues
{
    private readonly string? _single;
    private readonly IReadOnlyList<string>? _many;

    public ContextValues(string value) => _single = value;

    public ContextValues(IReadOnlyList<string> values) => _many = values;

    /// <summary>True for a multivalued key, whatever number of values it has now.</summary>
    public bool IsMultivalued => _many is not null;

    public int Count => _many?.Count ?? (_single is null ? 0 : 1);

    public string this[int index] => _many is null ? _single! : _many[index];
}
