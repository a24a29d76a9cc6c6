using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Ports;

/// <summary>The names that the account has given to networks, found by an address or block of theirs.</summary>
public sealed class AddressNames
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _blocks = new(StringComparer.OrdinalIgnoreCase);

    public AddressNames(IEnumerable<NamedNetwork> networks)
    {
        foreach (var network in networks)
        {
            _blocks[network.Name] = [.. network.Cidrs, .. network.Ipv6Cidrs];
            foreach (var block in _blocks[network.Name])
            {
                _names.TryAdd(SourceWords.Short(block), network.Name);
            }
        }
    }

    public static AddressNames None { get; } = new([]);

    /// <summary>In the order of the address book.</summary>
    public IEnumerable<string> All => _blocks.Keys;

    /// <summary>The name of a network that has exactly this block or address; null for none.</summary>
    public string? Of(string source) => _names.GetValueOrDefault(SourceWords.Short(source));

    /// <summary>The blocks of a network, whatever the case of its name; what is no name is itself. A rule keeps addresses, not names.</summary>
    public IReadOnlyList<string> Resolve(string source) => _blocks.TryGetValue(source, out var blocks) ? blocks : [source];
}
