using Portlight.Domain;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary>Names of networks among sources, as <c>portlight names</c> has given them.</summary>
internal static class NamedSources
{
    /// <summary>Whether a word may be one: then the server is asked before sources are read.</summary>
    public static bool AreIn(string[]? sources) => Words(sources).Any(IsName);

    /// <summary>The sources with addresses in the place of names; a name that the account has not given stays, to be refused as what it is.</summary>
    public static async Task<string[]?> ResolveAsync(Installation installation, string[]? sources, CancellationToken cancellation)
    {
        if (!AreIn(sources))
        {
            return sources;
        }

        var book = await installation.CallAsync(
            "GetAddressBook", new GetAddressBookRequest(), PortlightJson.Default.GetAddressBookRequest, PortlightJson.Default.GetAddressBookResponse, cancellation);
        return [.. Words(sources).SelectMany(word => book.Networks.FirstOrDefault(network => string.Equals(network.Name, word, StringComparison.OrdinalIgnoreCase)) is { } found ? [.. found.Cidrs, .. found.Ipv6Cidrs] : (IEnumerable<string>)[word])];
    }

    private static IEnumerable<string> Words(string[]? sources) => (sources ?? []).SelectMany(word => word.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries));

    private static bool IsName(string word) => AddressBook.IsName(word) && !PortLimits.Default.Aliases.ContainsKey(word);
}
