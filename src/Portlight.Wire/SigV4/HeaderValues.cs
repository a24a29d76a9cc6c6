namespace Portlight.Wire.SigV4;

/// <summary>None, one or several values of one header.</summary>
public readonly struct HeaderValues
{
    private readonly string? _single;
    private readonly IReadOnlyList<string?>? _many;

    public HeaderValues(string? value) => _single = value;

    public HeaderValues(IReadOnlyList<string?> many)
    {
        ArgumentNullException.ThrowIfNull(many);
        if (many.Count == 1)
        {
            _single = many[0];
        }
        else
        {
            _many = many;
        }
    }

    public int Count => _many?.Count ?? (_single is null ? 0 : 1);

    public string this[int index] => (_many is null ? _single : _many[index]) ?? "";
}
